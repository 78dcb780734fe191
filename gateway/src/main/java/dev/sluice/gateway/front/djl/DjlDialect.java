package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.multimodel.TypedRefusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;

/**
 * Errors as DJL Serving says them; those that it does not have are ours.
 *
 * @param model that was asked; empty where none was
 * @param asked what for
 * @source djl-serving, InferenceRequestHandler.java, ManagementRequestHandler.java, NettyUtils.java, ModelManager.java,
 *     WorkLoadManager.java
 */
record DjlDialect(String model, Asked asked) implements Dialect {

    /** What is wanted of a model, for which it has different words. */
    enum Asked {
        PREDICTION,
        DESCRIPTION,
        CHANGE
    }

    private static final int BAD_REQUEST = 400;

    /** Of what never comes to a model. */
    static final DjlDialect NO_MODEL = new DjlDialect("", Asked.PREDICTION);

    /** The same of those who manage models. */
    static final DjlDialect MANAGED = new DjlDialect("", Asked.CHANGE);

    @Override
    public Protocol protocol() {
        return Protocol.DJL_SERVING;
    }

    /** What no translator reads is the client's mistake there, whatever it is called. */
    @Override
    public int status(InferenceError error) {
        return error instanceof InferenceError.UnsupportedMediaType ? BAD_REQUEST : StatusMapping.httpStatus(error);
    }

    @Override
    public String text(InferenceError error) {
        return switch (error) {
            case InferenceError.UnknownModel unknown ->
                (asked == Asked.DESCRIPTION ? "Workflow not found: " : "Model or workflow not found: ") + name();
            case InferenceError.Overloaded full -> "Worker queue capacity exceeded for model: " + because(full);
            case InferenceError.CircuitOpen open -> "Worker queue capacity exceeded for model: " + because(open);
            case InferenceError.ModelNotReady notReady ->
                "Model is not ready: " + (model.isEmpty() ? notReady.model().name() : name()) + " ("
                        + notReady.message() + ")";
            case InferenceError.Draining draining -> "All model workers has been shutdown: " + because(draining);
            case InferenceError other -> other.message();
        };
    }

    /** Its texts name the model, if any is known, and no more, so ours stand behind them. */
    private String because(InferenceError error) {
        return (model.isEmpty() ? "" : name() + " ") + "(" + error.message() + ")";
    }

    private String name() {
        return InferenceException.shortened(model);
    }

    @Override
    public JsonOutput body(InferenceError error) {
        return TypedRefusal.of(status(error), type(error), text(error));
    }

    @Override
    public JsonOutput body(int status, String text) {
        return TypedRefusal.of(status, text);
    }

    private String type(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest invalid ->
                asked != Asked.PREDICTION || invalid.field().isEmpty() ? "BadRequestException" : "TranslateException";
            case InferenceError.UnsupportedMediaType unsupported -> "TranslateException";
            case InferenceError.Unauthenticated stranger -> "UnauthenticatedException";
            case InferenceError.UnknownModel unknown -> "ModelNotFoundException";
            case InferenceError.PayloadTooLarge tooLarge -> "TooLongFrameException";
            case InferenceError.Throttled throttled -> "TooManyRequestsException";
            case InferenceError.Unimplemented unimplemented -> "UnsupportedOperationException";
            case InferenceError.DeadlineExceeded late -> "TimeoutException";
            case InferenceError.EngineFailure failure -> "EngineException";
            case InferenceError.Cancelled cancelled -> "WlmException";
            case InferenceError.Overloaded full -> "WlmCapacityException";
            case InferenceError.CircuitOpen open -> "WlmCapacityException";
            case InferenceError.ModelNotReady notReady -> "WlmException";
            case InferenceError.Starting starting -> "ServiceUnavailableException";
            case InferenceError.Draining draining -> "WlmShutdownException";
            case InferenceError.NotKept notKept -> "ServiceUnavailableException";
        };
    }
}
