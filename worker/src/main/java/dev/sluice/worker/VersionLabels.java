package dev.sluice.worker;

import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.repository.ModelFolder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Other names for versions: those of the models' own files, and over them those of operators.
 *
 * @thread the control thread
 */
final class VersionLabels {

    private static final long TAKEN_AWAY = 0;

    private final Announcements announcements;
    private final Map<String, Map<String, Long>> byOperators = new HashMap<>();
    private final Map<String, Map<String, Long>> published = new HashMap<>();

    VersionLabels(Announcements announcements) {
        this.announcements = announcements;
    }

    /** @param version 0 for none, whatever the model's file says */
    void set(String name, String label, long version) {
        byOperators.computeIfAbsent(name, first -> new HashMap<>()).put(label, version);
    }

    /** Tells the gateway side what is new. */
    void publish(List<ModelFolder> folders) {
        for (ModelFolder folder : folders) {
            Map<String, Long> all = new HashMap<>(folder.labels());
            all.putAll(byOperators.getOrDefault(folder.name(), Map.of()));
            all.values().removeIf(version -> version == TAKEN_AWAY);
            if (!all.equals(published.getOrDefault(folder.name(), Map.of()))) {
                published.put(folder.name(), all);
                announcements.tell(new ModelNews.Labels(folder.name(), all));
            }
        }
    }
}
