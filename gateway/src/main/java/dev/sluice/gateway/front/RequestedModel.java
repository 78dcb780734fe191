package dev.sluice.gateway.front;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * The model, and perhaps the version, that a client names.
 *
 * @param version null when the client leaves it open
 */
public record RequestedModel(String name, @Nullable String version) {

    /**
     * The endpoint that serves it.
     *
     * @throws InferenceException UnknownModel or ModelNotReady
     */
    public ModelEndpoint in(ModelDirectory models) {
        return version == null ? models.newest(name) : models.version(name, versionNumber(version));
    }

    /** The number of a version that could exist; anything else is a version that does not. */
    public long versionNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new InferenceException(new InferenceError.UnknownModel("model " + InferenceException.quoted(name)
                    + " has no version " + InferenceException.quoted(text) + ": versions are positive integers"));
        }
    }
}
