package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.worker.contract.InferenceError;

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
                case InferenceError.ModelNotReady full when full.tooLarge() -> INSUFFICIENT_STORAGE;
                case InferenceError other -> StatusMapping.httpStatus(other);
            };
        }
    },

    /** Of a model that is to be loaded, and is already. */
    LOADED {
        @Override
        public int status(InferenceError error) {
            return CONFLICT;
        }
    };

    private static final int CONFLICT = 409;
    private static final int INSUFFICIENT_STORAGE = 507;

    @Override
    public Protocol protocol() {
        return Protocol.SAGEMAKER;
    }
}
