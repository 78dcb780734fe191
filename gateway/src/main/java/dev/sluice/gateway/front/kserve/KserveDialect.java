package dev.sluice.gateway.front.kserve;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;

/**
 * Errors as KServe says them; those that it does not have are ours.
 *
 * @param model that was asked
 * @source kserve, errors.py
 */
record KserveDialect(String model) implements Dialect {

    @Override
    public Protocol protocol() {
        return Protocol.KSERVE_V1;
    }

    @Override
    public String text(InferenceError error) {
        return switch (error) {
            case InferenceError.UnknownModel unknown -> name() + " does not exist.";
            case InferenceError.ModelNotReady notReady -> name() + " is not ready. " + notReady.reason();
            case InferenceError other -> other.message();
        };
    }

    private String name() {
        return "Model with name " + InferenceException.shortened(model);
    }
}
