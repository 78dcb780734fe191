package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import java.util.Collection;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Where models stand, in the one word that TorchServe and its relatives have for it.
 *
 * @thread stateless
 */
public final class ModelHealth {

    private ModelHealth() {}

    /** A model as health checks see it. */
    public enum Word {
        HEALTHY,
        /** Being loaded. */
        PENDING,
        FAILED
    }

    /** By name, every model that is wanted: one works as soon as any of its versions does. */
    public static SequencedMap<String, Word> of(ModelDirectory models) {
        TreeMap<String, Word> words = new TreeMap<>();
        for (ModelReport report : models.all()) {
            String name = report.model().name();
            if (isKnown(report) && !words.containsKey(name)) {
                words.put(name, word(models.versions(name)));
            }
        }
        return words;
    }

    /** Whether a version is registered, as they say it: one that merely lies in the repository is not. */
    static boolean isKnown(ModelReport report) {
        return report.state() != ModelState.UNLOADED;
    }

    private static Word word(Collection<ModelReport> versions) {
        if (versions.stream().anyMatch(ModelReport::takesRequests)) {
            return Word.HEALTHY;
        }
        return versions.stream().anyMatch(report -> report.state() == ModelState.FAILED) ? Word.FAILED : Word.PENDING;
    }

    /** Whether this process takes requests, and no model that is wanted is without a version that does. */
    public static boolean allWork(FrontParts parts) {
        return parts.models().isComplete()
                && !parts.admission().isDraining()
                && of(parts.models()).values().stream().allMatch(word -> word == Word.HEALTHY);
    }
}
