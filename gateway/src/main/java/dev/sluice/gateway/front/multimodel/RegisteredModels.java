package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models that are registered, as TorchServe and its relatives say it: what merely lies in the repository is not,
 * and is as unknown as what does not exist.
 *
 * @thread any
 * @errors UnknownModel; Starting while nobody knows yet
 */
public final class RegisteredModels {

    private static final int MOST_DIGITS = 18;

    private final ModelDirectory models;

    public RegisteredModels(ModelDirectory models) {
        this.models = models;
    }

    /** In their order. */
    public List<String> names() {
        return models.all().stream()
                .filter(ModelHealth::isKnown)
                .map(report -> report.model().name())
                .distinct()
                .toList();
    }

    /** The versions of a model, the newest first. */
    public List<ModelReport> versions(String name) {
        return models.versions(name).stream().filter(ModelHealth::isKnown).toList();
    }

    /** The same, or the one that is named; at least one. */
    public List<ModelReport> versions(String name, @Nullable String version) {
        long number = version == null ? 0 : number(version);
        List<ModelReport> found = versions(name).stream()
                .filter(report -> version == null || report.model().version() == number)
                .toList();
        if (found.isEmpty()) {
            throw unknown();
        }
        return found;
    }

    public boolean has(String name) {
        return !versions(name).isEmpty();
    }

    public boolean has(String name, long version) {
        return versions(name).stream().anyMatch(report -> report.model().version() == version);
    }

    /** What there is to say of one that is not there. */
    public InferenceException unknown() {
        return new InferenceException(
                models.isComplete() ? new InferenceError.UnknownModel("") : new InferenceError.Starting());
    }

    /** 0 for what is no number from 1 on, which nothing has for a version. */
    public static long number(String version) {
        boolean isNumber = !version.isEmpty()
                && version.length() <= MOST_DIGITS
                && version.charAt(0) != '0'
                && version.chars().allMatch(each -> each >= '0' && each <= '9');
        return isNumber ? Long.parseLong(version) : 0;
    }
}
