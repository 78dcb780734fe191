package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;

/**
 * Errors as TensorFlow Serving says them; those that it does not have are ours.
 *
 * @param path what was asked
 * @source tensorflow/serving, http_rest_api_handler.cc, net_http: ToHTTPStatusCode, get_model_status_impl.cc
 */
record TfsDialect(TfsPath path) implements Dialect {

    @Override
    public Protocol protocol() {
        return Protocol.TENSORFLOW_SERVING;
    }

    @Override
    public String text(InferenceError error) {
        return error instanceof InferenceError.UnknownModel ? notFound() : Dialect.super.text(error);
    }

    /** Asked for the state of a model, that server says it in other words. */
    private String notFound() {
        String model = InferenceException.shortened(path.model());
        if (!path.verb().isEmpty()) {
            return "Servable not found for request: "
                    + (path.version() == null
                            ? "Latest(" + model + ")"
                            : "Specific(" + model + ", " + path.version() + ")");
        }
        return "Could not find " + (path.version() == null ? "any versions" : "version " + path.version())
                + " of model " + model;
    }
}
