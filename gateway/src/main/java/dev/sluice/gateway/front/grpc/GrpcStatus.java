package dev.sluice.gateway.front.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.grpc.wire.BadRequest;
import dev.sluice.gateway.front.grpc.wire.ErrorInfo;
import dev.sluice.gateway.front.grpc.wire.QuotaFailure;
import dev.sluice.gateway.front.grpc.wire.RetryInfo;
import dev.sluice.gateway.front.grpc.wire.Status;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as its last metadata say it: for people in {@code grpc-message}, and for programs in
 * {@code grpc-status-details-bin}.
 *
 * @param error what went wrong, where it was one of ours
 * @param retryMillis when a client may try again; empty when that is no use
 * @bound {@value #MAX_MESSAGE_BYTES} bytes of message, because messages quote what clients send, and clients take some 8 KiB
 *     of metadata
 * @source gRPC over HTTP/2; gRFC A6 for the pushback; {@code google/rpc/status.proto}
 */
record GrpcStatus(GrpcCode code, String message, @Nullable InferenceError error, OptionalLong retryMillis) {

    static final GrpcStatus OK = new GrpcStatus(GrpcCode.OK, "", null, OptionalLong.empty());

    private static final int MAX_MESSAGE_BYTES = 1000;
    private static final String DOMAIN = "sluice";
    private static final String TYPE_PREFIX = "type.googleapis.com";
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** That error, and when to come back. */
    static GrpcStatus of(InferenceError error, OptionalLong retryMillis) {
        return of(error, StatusMapping.grpcCode(error), error.message(), retryMillis);
    }

    /** The same, in the words of another protocol. */
    static GrpcStatus of(InferenceError error, GrpcCode code, String message, OptionalLong retryMillis) {
        return new GrpcStatus(code, cut(message), error, retryMillis);
    }

    /** One that no inference error stands for. */
    static GrpcStatus of(GrpcCode code, String message) {
        return new GrpcStatus(code, cut(message), null, OptionalLong.empty());
    }

    void put(MultiMap metadata) {
        metadata.set("grpc-status", Integer.toString(code.number()));
        if (code == GrpcCode.OK) {
            return;
        }
        metadata.set("grpc-message", percentEncoded(message));
        if (error != null) {
            metadata.set("grpc-status-details-bin", Base64.getEncoder().encodeToString(details(error)));
        }
        if (retryMillis.isPresent()) {
            metadata.set("grpc-retry-pushback-ms", Long.toString(retryMillis.getAsLong()));
        } else if (code == GrpcCode.RESOURCE_EXHAUSTED) {
            metadata.set("grpc-retry-pushback-ms", "-1"); // the code alone would not tell it from a quota
        }
    }

    private byte[] details(InferenceError cause) {
        Status.Builder status = Status.newBuilder().setCode(code.number()).setMessage(message);
        String reason = StatusMapping.outcome(cause).toUpperCase(Locale.ROOT);
        status.addDetails(
                any(ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).build()));
        if (retryMillis.isPresent()) {
            status.addDetails(any(retryInfo(retryMillis.getAsLong())));
        }
        if (cause instanceof InferenceError.InvalidRequest invalid) {
            BadRequest.FieldViolation violation = BadRequest.FieldViolation.newBuilder()
                    .setField(cut(invalid.field()))
                    .setDescription(cut(invalid.reason()))
                    .build();
            status.addDetails(
                    any(BadRequest.newBuilder().addFieldViolations(violation).build()));
        } else if (cause instanceof InferenceError.Throttled throttled) {
            QuotaFailure.Violation violation = QuotaFailure.Violation.newBuilder()
                    .setSubject(throttled.policy())
                    .setDescription(message)
                    .build();
            status.addDetails(
                    any(QuotaFailure.newBuilder().addViolations(violation).build()));
        }
        return status.build().toByteArray();
    }

    private static RetryInfo retryInfo(long millis) {
        Duration.Builder delay = Duration.newBuilder().setSeconds(millis / MILLIS_PER_SECOND);
        delay.setNanos((int) (millis % MILLIS_PER_SECOND) * NANOS_PER_MILLI);
        return RetryInfo.newBuilder().setRetryDelay(delay).build();
    }

    private static Any any(Message detail) {
        return Any.pack(detail, TYPE_PREFIX);
    }

    /** As much of it as fits, in whole characters. */
    private static String cut(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_MESSAGE_BYTES) {
            return text;
        }
        int end = MAX_MESSAGE_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8) + "...";
    }

    /** Printable ASCII as it is, all other bytes of its UTF-8 as {@code %XX}. */
    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
            if (unit >= ' ' && unit <= '~' && unit != '%') {
                encoded.append((char) unit);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((unit >> 4) & 0xF, 16)))
                        .append(Character.toUpperCase(Character.forDigit(unit & 0xF, 16)));
            }
        }
        return encoded.toString();
    }
}
