package dev.sluice.gateway.front;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * The model, and perhaps the version, that a client names.
 *
 * @param version its number or one of its labels; null when the client leaves it open
 */
public record RequestedModel(String name, @Nullable String version) {

    /**
     * The endpoint that serves it.
     *
     * @throws InferenceException UnknownModel or ModelNotReady
     */
    public ModelEndpoint in(ModelDirectory models) {
        if (version == null) {
            return models.newest(name);
        }
        @Nullable Long labelled = models.labels(name).get(version);
        return labelled == null
                ? models.version(name, versionNumber(version))
                : models.labelled(name, version, labelled);
    }

    /**
     * The version that is named, which must be; of a label, the one it points to.
     *
     * @throws InferenceException UnknownModel for what is neither a number nor a label
     */
    public long versionNumber(ModelDirectory models) {
        @Nullable Long labelled = models.labels(name).get(String.valueOf(version));
        return labelled == null ? versionNumber(String.valueOf(version)) : labelled;
    }

    private long versionNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new InferenceException(new InferenceError.UnknownModel("model " + InferenceException.quoted(name)
                    + " has no version " + InferenceException.quoted(text)
                    + ", and no label of that name: versions are positive integers"));
        }
    }
}
