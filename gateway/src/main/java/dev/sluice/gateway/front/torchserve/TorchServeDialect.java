package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.multimodel.TypedRefusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * Errors as TorchServe says them; those that it does not have are ours.
 *
 * @param model that was asked; empty where none was
 * @param version of it; null where it is left open, or where there is no such model either
 * @param predicts whether it is asked for a prediction
 * @source pytorch/serve, HttpRequestHandler.java, ApiUtils.java, ModelManager.java, ts/service.py
 */
record TorchServeDialect(String model, @Nullable String version, boolean predicts) implements Dialect {

    /** Of what never comes to a model. */
    static final TorchServeDialect NO_MODEL = new TorchServeDialect("", null, false);

    @Override
    public Protocol protocol() {
        return Protocol.TORCHSERVE;
    }

    @Override
    public int status(InferenceError error) {
        return switch (error) {
            case InferenceError.EngineFailure failure -> 503;
            case InferenceError.UnsupportedMediaType unsupported -> 400;
            case InferenceError other -> StatusMapping.httpStatus(other);
        };
    }

    @Override
    public String text(InferenceError error) {
        return switch (error) {
            case InferenceError.UnknownModel unknown ->
                version == null
                        ? "Model not found: " + name()
                        : "Model version: " + InferenceException.shortened(version) + " does not exist for model: "
                                + name();
            case InferenceError.ModelNotReady notReady -> noWorker(notReady);
            case InferenceError.Overloaded overloaded -> noWorker(overloaded);
            case InferenceError.CircuitOpen open -> noWorker(open);
            case InferenceError.EngineFailure failure -> "Prediction failed (" + failure.message() + ")";
            case InferenceError other -> other.message();
        };
    }

    private String name() {
        return InferenceException.shortened(model);
    }

    /** It says the same of a queue that is full and of a model without workers, so ours stands behind it. */
    private String noWorker(InferenceError error) {
        if (!predicts) {
            return error.message();
        }
        String said = version == null ? "" : "\" Version " + InferenceException.shortened(version);
        return "Model \"" + name() + said
                + "\" has no worker to serve inference request. Please use scale workers API to add workers. If this"
                + " is a sequence inference, please check if it is closed, or expired; or exceeds"
                + " maxSequenceJobQueueSize ("
                + error.message() + ")";
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
            case InferenceError.InvalidRequest invalid -> "BadRequestException";
            case InferenceError.UnsupportedMediaType unsupported -> "BadRequestException";
            case InferenceError.Unauthenticated stranger -> "InvalidKeyException";
            case InferenceError.UnknownModel unknown ->
                version == null ? "ModelNotFoundException" : "ModelVersionNotFoundException";
            case InferenceError.PayloadTooLarge tooLarge -> "TooLongFrameException";
            case InferenceError.Throttled throttled -> "TooManyRequestsException";
            case InferenceError.Unimplemented unimplemented -> "UnsupportedOperationException";
            case InferenceError.DeadlineExceeded late -> "RequestTimeoutException";
            case InferenceError.EngineFailure failure -> "InternalServerException";
            case InferenceError.Cancelled cancelled -> "InternalServerException";
            case InferenceError.Overloaded full -> "ServiceUnavailableException";
            case InferenceError.CircuitOpen open -> "ServiceUnavailableException";
            case InferenceError.ModelNotReady notReady -> "ServiceUnavailableException";
            case InferenceError.Starting starting -> "ServiceUnavailableException";
            case InferenceError.Draining draining -> "ServiceUnavailableException";
            case InferenceError.NotKept notKept -> "ServiceUnavailableException";
        };
    }
}
