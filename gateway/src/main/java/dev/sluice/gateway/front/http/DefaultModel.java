package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.List;
import java.util.Optional;

/**
 * Who answers where no model is named: the one of {@code http.default_model}, or the only one that there is, loaded or not.
 *
 * @thread any
 */
public final class DefaultModel {

    private final Optional<String> configured;
    private final ModelDirectory models;

    public DefaultModel(LoopParts loop) {
        this.configured = loop.options().modelByDefault();
        this.models = loop.serving().parts().models();
    }

    /**
     * Its name; empty where there are several.
     *
     * @throws InferenceException UnknownModel where there is none, Starting where nobody knows yet
     */
    public Optional<String> name() {
        Optional<String> only = only();
        if (only.isEmpty() && models.wanted().isEmpty()) {
            throw new InferenceException(new InferenceError.UnknownModel("there is no model"));
        }
        return only;
    }

    /**
     * Its name; empty where there are several, or none.
     *
     * @throws InferenceException Starting where nobody knows yet
     */
    public Optional<String> only() {
        if (configured.isPresent()) {
            return configured;
        }
        List<String> names = models.wanted();
        if (names.isEmpty() && !models.isComplete()) {
            throw new InferenceException(new InferenceError.Starting());
        }
        return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }

    /**
     * Its name, for a path that has none.
     *
     * @throws InferenceException as {@link #name}, and InvalidRequest where there are several
     */
    String required() {
        return name().orElseThrow(() -> InferenceException.invalid(
                "model",
                "none is named, and there are several: POST /models/{model}/predict with one of " + models.wanted()
                        + ", or set http.default_model"));
    }
}
