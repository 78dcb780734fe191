package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who answers where no model is named: the one of {@code http.default_model}, or the only one that is loaded.
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
        if (configured.isPresent()) {
            return configured;
        }
        List<String> names = names();
        if (names.isEmpty()) {
            throw new InferenceException(
                    models.isComplete()
                            ? new InferenceError.UnknownModel("there is no model")
                            : new InferenceError.Starting());
        }
        return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }

    /** Those that are in memory, asleep, on their way, or should be; where nobody has any loaded, all that there are. */
    List<String> names() {
        List<String> wanted = names(report -> report.state() != ModelState.UNLOADED);
        return wanted.isEmpty() ? names(report -> true) : wanted;
    }

    private List<String> names(Predicate<ModelReport> which) {
        return models.all().stream()
                .filter(which)
                .map(report -> report.model().name())
                .distinct()
                .toList();
    }
}
