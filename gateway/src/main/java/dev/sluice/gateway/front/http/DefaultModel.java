package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.List;
import java.util.Optional;

/**
 * Who answers where no model is named: the one that {@code http.default_model} names, or the only one there is.
 *
 * @thread any
 * @errors InvalidRequest where there are several, UnknownModel where there is none, Starting where there may be one yet
 */
public final class DefaultModel {

    private final ModelDirectory models;
    private final Optional<String> configured;

    public DefaultModel(LoopParts loop) {
        this.models = loop.serving().parts().models();
        this.configured = loop.options().modelByDefault();
    }

    /** @param otherwise how one could be named */
    public RequestedModel get(String otherwise) {
        return new RequestedModel(configured.orElseGet(() -> only(otherwise)), null);
    }

    private String only(String otherwise) {
        List<String> names = models.all().stream()
                .map(report -> report.model().name())
                .distinct()
                .toList();
        if (names.isEmpty()) {
            throw new InferenceException(
                    models.isComplete()
                            ? new InferenceError.UnknownModel("there is no model")
                            : new InferenceError.Starting());
        }
        if (names.size() > 1) {
            throw InferenceException.invalid(
                    "model",
                    "none is named, and there are several: " + otherwise + " one of " + names
                            + ", or set http.default_model");
        }
        return names.getFirst();
    }
}
