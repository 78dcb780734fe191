package dev.sluice.gateway.front;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table from errors to what clients see, written out once more. */
class StatusMappingTest {

    private static final ModelId MODEL = new ModelId("m", 1);

    static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(new InferenceError.InvalidRequest("f", "r"), 400, "invalid_request", -1),
                Arguments.of(new InferenceError.Unauthenticated("no key"), 401, "unauthenticated", -1),
                Arguments.of(new InferenceError.UnknownModel("none"), 404, "unknown_model", -1),
                Arguments.of(new InferenceError.PayloadTooLarge(5, ""), 413, "payload_too_large", -1),
                Arguments.of(new InferenceError.Cancelled(), 499, "cancelled", -1),
                Arguments.of(new InferenceError.EngineFailure("id"), 500, "engine_failure", -1),
                Arguments.of(new InferenceError.Overloaded("full", 1234), 503, "overloaded", 1234),
                Arguments.of(new InferenceError.Throttled("used up", "rows", 17), 429, "throttled", 17),
                Arguments.of(new InferenceError.CircuitOpen(MODEL, 5678), 503, "circuit_open", 5678),
                Arguments.of(new InferenceError.ModelNotReady(MODEL, "loading", 1000), 503, "model_not_ready", 1000),
                Arguments.of(new InferenceError.ModelNotReady(MODEL, "broken", -1), 503, "model_not_ready", -1),
                Arguments.of(new InferenceError.UnsupportedMediaType("x"), 415, "unsupported_media_type", -1),
                Arguments.of(new InferenceError.Unimplemented("x"), 501, "unimplemented", -1),
                Arguments.of(new InferenceError.Starting(), 503, "starting", 1000),
                Arguments.of(new InferenceError.Draining(), 503, "draining", 1000),
                Arguments.of(new InferenceError.NotKept(), 503, "not_kept", 1000),
                Arguments.of(
                        new InferenceError.DeadlineExceeded(StatusMapping.BODY_STAGE), 408, "deadline_exceeded", -1),
                Arguments.of(new InferenceError.DeadlineExceeded("queue"), 504, "deadline_exceeded", -1));
    }

    @ParameterizedTest
    @MethodSource("table")
    void saysWhatTheTableSays(InferenceError error, int status, String outcome, long retryAfterMillis) {
        assertEquals(status, StatusMapping.httpStatus(error));
        assertEquals(outcome, StatusMapping.outcome(error));
        assertEquals(retryAfterMillis, StatusMapping.retryAfterMillis(error));
    }

    private static GrpcCode codeOf(InferenceError error) {
        return switch (StatusMapping.httpStatus(error)) {
            case 400 -> GrpcCode.INVALID_ARGUMENT;
            case 401 -> GrpcCode.UNAUTHENTICATED;
            case 404 -> GrpcCode.NOT_FOUND;
            case 408, 504 -> GrpcCode.DEADLINE_EXCEEDED;
            case 413, 429 -> GrpcCode.RESOURCE_EXHAUSTED;
            case 415, 501 -> GrpcCode.UNIMPLEMENTED;
            case 499 -> GrpcCode.CANCELLED;
            case 500 -> GrpcCode.INTERNAL;
            default -> GrpcCode.UNAVAILABLE;
        };
    }

    /** What HTTP tells apart by its status, gRPC does by its code. */
    @ParameterizedTest
    @MethodSource("table")
    void saysTheSameOverGrpc(InferenceError error) {
        assertEquals(codeOf(error), StatusMapping.grpcCode(error));
    }

    @Test
    void theTableHasEveryError() {
        Set<Class<?>> listed = new HashSet<>();
        table().forEach(row -> listed.add(Objects.requireNonNull(row.get()[0]).getClass()));
        assertEquals(new HashSet<>(Arrays.asList(InferenceError.class.getPermittedSubclasses())), listed);
    }
}
