package dev.sluice.gateway.front.mlflow;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Refusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;

/**
 * Errors as MLflow's scoring server says them; those that it does not have are ours, with one of its codes. A model
 * that fails is its client's mistake there, and so it is here.
 *
 * @thread stateless
 * @source mlflow, exceptions.py and scoring_server
 */
enum MlflowDialect implements Dialect {
    INSTANCE,

    /** Of a request that is one, but not what the model's signature says. */
    SIGNATURE {
        @Override
        public String text(InferenceError error) {
            return error instanceof InferenceError.InvalidRequest(String field, String reason)
                    ? "Failed to enforce schema. Error: " + reason
                    : super.text(error);
        }

        @Override
        String code(InferenceError error) {
            return error instanceof InferenceError.InvalidRequest ? "INVALID_PARAMETER_VALUE" : super.code(error);
        }
    };

    private static final int BAD_REQUEST = 400;

    @Override
    public Protocol protocol() {
        return Protocol.MLFLOW;
    }

    @Override
    public int status(InferenceError error) {
        return error instanceof InferenceError.EngineFailure ? BAD_REQUEST : StatusMapping.httpStatus(error);
    }

    @Override
    public String text(InferenceError error) {
        return switch (error) {
            case InferenceError.EngineFailure failure ->
                "Encountered an unexpected error while evaluating the model. Verify that the serialized input"
                        + " Dataframe is compatible with the model for inference. (" + failure.message() + ")";
            case InferenceError.DeadlineExceeded late when isPlain(late) -> "Request processing time exceeded limit";
            case InferenceError other -> other.message();
        };
    }

    @Override
    public JsonOutput body(InferenceError error) {
        return body(code(error), text(error));
    }

    @Override
    public JsonOutput body(int status, String text) {
        String code =
                switch (status) {
                    case 401 -> "UNAUTHENTICATED";
                    case 403 -> "PERMISSION_DENIED";
                    case 404 -> "RESOURCE_DOES_NOT_EXIST";
                    default -> "BAD_REQUEST";
                };
        return body(code, text);
    }

    private static JsonOutput body(String code, String text) {
        String shown = Refusal.shown(text);
        return new JsonOutput(64 + shown.length())
                .raw("{\"error_code\":\"")
                .raw(code)
                .raw("\",\"message\":")
                .string(shown)
                .raw('}');
    }

    /** Content types and time that is over are told of without JSON. */
    @Override
    public boolean isPlain(InferenceError error) {
        return error instanceof InferenceError.UnsupportedMediaType
                || (error instanceof InferenceError.DeadlineExceeded late
                        && !late.stage().equals(StatusMapping.BODY_STAGE));
    }

    String code(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest invalid -> "BAD_REQUEST";
            case InferenceError.EngineFailure failure -> "BAD_REQUEST";
            case InferenceError.PayloadTooLarge tooLarge -> "BAD_REQUEST";
            case InferenceError.UnsupportedMediaType unsupported -> "BAD_REQUEST";
            case InferenceError.UnknownModel unknown -> "RESOURCE_DOES_NOT_EXIST";
            case InferenceError.Unauthenticated stranger -> "UNAUTHENTICATED";
            case InferenceError.Unimplemented unimplemented -> "NOT_IMPLEMENTED";
            case InferenceError.Throttled throttled -> "REQUEST_LIMIT_EXCEEDED";
            case InferenceError.Cancelled cancelled -> "CANCELLED";
            case InferenceError.DeadlineExceeded late -> "DEADLINE_EXCEEDED";
            case InferenceError.Overloaded overloaded -> "TEMPORARILY_UNAVAILABLE";
            case InferenceError.CircuitOpen open -> "TEMPORARILY_UNAVAILABLE";
            case InferenceError.ModelNotReady notReady -> "TEMPORARILY_UNAVAILABLE";
            case InferenceError.Starting starting -> "TEMPORARILY_UNAVAILABLE";
            case InferenceError.Draining draining -> "TEMPORARILY_UNAVAILABLE";
            case InferenceError.NotKept notKept -> "TEMPORARILY_UNAVAILABLE";
        };
    }
}
