package dev.sluice.worker;

import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelConfig.SelfTest;
import dev.sluice.worker.repository.ModelLocation;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is said of a pipeline that only a model with a file of its own can heed.
 *
 * @thread any that may wait; holds nothing
 */
final class UnusedSettings {

    private UnusedSettings() {}

    /**
     * Refuses what would keep a version on trial for ever.
     *
     * @throws IllegalStateException for people
     */
    static void check(ModelConfig config) {
        if (config.traffic().guard().drift() > 0) {
            throw new IllegalStateException(
                    "traffic.guard.drift in its model.yaml is not for a pipeline, whose answers nobody watches: no"
                            + " version of it would ever be promoted; set drift for the models of its stages");
        }
    }

    /** For people; empty if nothing of the kind is said. */
    static Optional<String> remark(ModelLocation location, ModelConfig config) {
        Map<String, Boolean> said = new LinkedHashMap<>();
        said.put("instances", !config.instances().equals(List.of("0")));
        said.put("max_queue_requests", config.maxQueueRequests() > 0);
        said.put("slo", !config.slo().isZero());
        said.put("preferred_batch_sizes", !config.preferredBatchSizes().isEmpty());
        said.put("max_queue_delay", !config.maxQueueDelay().isZero());
        said.put("preserve_ordering", config.preserveOrdering());
        said.put("fallback", !config.fallback().isEmpty());
        said.put("self_test", config.selfTest() != SelfTest.AUTO);
        said.put("idle_after", !config.idleAfter().isZero());
        said.put("cache", !config.cache().ttl().isZero());
        said.put("golden/", Files.isDirectory(location.modelFile().resolveSibling("golden")));
        List<String> names = said.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "has no effect on a pipeline, only on the models of its stages: " + String.join(", ", names));
    }
}
