package dev.sluice.gateway.front;

import dev.sluice.worker.contract.InferenceError;

/**
 * The one table from errors to what each protocol says.
 *
 * @thread stateless
 * @source RFC 9110; 499 is what nginx logs for a client that went away; gRPC, "Status codes and their use in gRPC"
 */
public final class StatusMapping {

    /** Where a request stands until its body has come whole: what is late then is the client. */
    public static final String BODY_STAGE = "body";

    private StatusMapping() {}

    public static int httpStatus(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest invalid -> 400;
            case InferenceError.Unauthenticated stranger -> 401;
            case InferenceError.UnknownModel unknown -> 404;
            case InferenceError.PayloadTooLarge tooLarge -> 413;
            case InferenceError.UnsupportedMediaType unsupported -> 415;
            case InferenceError.Throttled throttled -> 429;
            case InferenceError.Cancelled cancelled -> 499;
            case InferenceError.EngineFailure failure -> 500;
            case InferenceError.Unimplemented unimplemented -> 501;
            case InferenceError.Overloaded overloaded -> 503;
            case InferenceError.CircuitOpen open -> 503;
            case InferenceError.ModelNotReady notReady -> 503;
            case InferenceError.Starting starting -> 503;
            case InferenceError.Draining draining -> 503;
            case InferenceError.NotKept notKept -> 503;
            case InferenceError.DeadlineExceeded late -> late.stage().equals(BODY_STAGE) ? 408 : 504;
        };
    }

    public static GrpcCode grpcCode(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest invalid -> GrpcCode.INVALID_ARGUMENT;
            case InferenceError.UnsupportedMediaType unsupported -> GrpcCode.UNIMPLEMENTED;
            case InferenceError.Unimplemented unimplemented -> GrpcCode.UNIMPLEMENTED;
            case InferenceError.Unauthenticated stranger -> GrpcCode.UNAUTHENTICATED;
            case InferenceError.UnknownModel unknown -> GrpcCode.NOT_FOUND;
            case InferenceError.PayloadTooLarge tooLarge -> GrpcCode.RESOURCE_EXHAUSTED;
            case InferenceError.Throttled throttled -> GrpcCode.RESOURCE_EXHAUSTED;
            case InferenceError.Cancelled cancelled -> GrpcCode.CANCELLED;
            case InferenceError.EngineFailure failure -> GrpcCode.INTERNAL;
            case InferenceError.Overloaded overloaded -> GrpcCode.UNAVAILABLE;
            case InferenceError.CircuitOpen open -> GrpcCode.UNAVAILABLE;
            case InferenceError.ModelNotReady notReady -> GrpcCode.UNAVAILABLE;
            case InferenceError.Starting starting -> GrpcCode.UNAVAILABLE;
            case InferenceError.Draining draining -> GrpcCode.UNAVAILABLE;
            case InferenceError.NotKept notKept -> GrpcCode.UNAVAILABLE;
            case InferenceError.DeadlineExceeded late -> GrpcCode.DEADLINE_EXCEEDED;
        };
    }

    /** A short constant word for metrics and logs. */
    public static String outcome(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest invalid -> "invalid_request";
            case InferenceError.Unauthenticated stranger -> "unauthenticated";
            case InferenceError.UnknownModel unknown -> "unknown_model";
            case InferenceError.PayloadTooLarge tooLarge -> "payload_too_large";
            case InferenceError.UnsupportedMediaType unsupported -> "unsupported_media_type";
            case InferenceError.Unimplemented unimplemented -> "unimplemented";
            case InferenceError.Throttled throttled -> "throttled";
            case InferenceError.Cancelled cancelled -> "cancelled";
            case InferenceError.EngineFailure failure -> "engine_failure";
            case InferenceError.Overloaded overloaded -> "overloaded";
            case InferenceError.CircuitOpen open -> "circuit_open";
            case InferenceError.ModelNotReady notReady -> "model_not_ready";
            case InferenceError.Starting starting -> "starting";
            case InferenceError.Draining draining -> "draining";
            case InferenceError.NotKept notKept -> "not_kept";
            case InferenceError.DeadlineExceeded late -> "deadline_exceeded";
        };
    }

    /** How long a refused client should wait before it tries again, in milliseconds; -1 when trying again is no use. */
    public static long retryAfterMillis(InferenceError error) {
        return switch (error) {
            case InferenceError.Throttled throttled -> throttled.retryAfterMillis();
            case InferenceError.Overloaded overloaded -> overloaded.retryAfterMillis();
            case InferenceError.CircuitOpen open -> open.retryAfterMillis();
            case InferenceError.ModelNotReady notReady -> notReady.retryAfterMillis();
            case InferenceError.Starting starting -> InferenceError.RETRY_SOON_MILLIS;
            case InferenceError.Draining draining -> InferenceError.RETRY_SOON_MILLIS;
            case InferenceError.NotKept notKept -> InferenceError.RETRY_SOON_MILLIS;
            case InferenceError.InvalidRequest invalid -> InferenceError.NO_RETRY;
            case InferenceError.UnsupportedMediaType unsupported -> InferenceError.NO_RETRY;
            case InferenceError.Unimplemented unimplemented -> InferenceError.NO_RETRY;
            case InferenceError.Unauthenticated stranger -> InferenceError.NO_RETRY;
            case InferenceError.UnknownModel unknown -> InferenceError.NO_RETRY;
            case InferenceError.PayloadTooLarge tooLarge -> InferenceError.NO_RETRY;
            case InferenceError.Cancelled cancelled -> InferenceError.NO_RETRY;
            case InferenceError.EngineFailure failure -> InferenceError.NO_RETRY;
            case InferenceError.DeadlineExceeded late -> InferenceError.NO_RETRY;
        };
    }
}
