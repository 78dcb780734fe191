package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;

/**
 * Errors of a container: the contract has none but statuses, and the platform hands on whatever body comes with them.
 *
 * @thread stateless
 */
enum SagemakerDialect implements Dialect {
    INFERENCE,

    /** Of a model that is to be loaded: the platform unloads others and tries again where there was no room for it. */
    LOADING {
        @Override
        public int status(InferenceError error) {
            return switch (error) {
                case InferenceError.ModelNotReady full when full.reason().contains(BUDGET) -> INSUFFICIENT_STORAGE;
                case InferenceError.InvalidRequest loaded when loaded.reason().endsWith(LOADED) -> CONFLICT;
                case InferenceError other -> StatusMapping.httpStatus(other);
            };
        }
    };

    private static final String LOADED = " is loaded already";
    private static final int CONFLICT = 409;
    private static final String BUDGET = "worker.control.memory_budget";
    private static final int INSUFFICIENT_STORAGE = 507;

    static InferenceException alreadyLoaded(String model) {
        return InferenceException.invalid("", "model " + InferenceException.quoted(model) + LOADED);
    }

    @Override
    public Protocol protocol() {
        return Protocol.SAGEMAKER;
    }
}
