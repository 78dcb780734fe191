package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The model, and perhaps the version, that a path names.
 *
 * @param version null when the path leaves it open
 */
record RequestedModel(String name, @Nullable String version) {

    static RequestedModel of(RoutingContext context) {
        return new RequestedModel(String.valueOf(context.pathParam("model")), context.pathParam("version"));
    }

    /**
     * The endpoint that serves it.
     *
     * @throws InferenceException UnknownModel or ModelNotReady
     */
    ModelEndpoint in(ModelDirectory models) {
        return version == null ? models.newest(name) : models.version(name, versionNumber(version));
    }

    /** The number of a version that could exist; anything else is a version that does not. */
    long versionNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new InferenceException(new InferenceError.UnknownModel(
                    "model \"" + name + "\" has no version \"" + text + "\": versions are positive integers"));
        }
    }
}
