package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.worker.contract.InferenceError;

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

    private String notFound() {
        RequestedModel asked = new RequestedModel(path.model(), path.version());
        return path.verb().isEmpty() ? TfsModels.noVersions(asked) : TfsModels.notFound(asked);
    }
}
