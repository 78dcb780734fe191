package dev.sluice.worker;

import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.repository.ModelFolder;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Other names for versions: those of the models' own files, and over them those of operators.
 *
 * @thread the control thread
 */
final class VersionLabels {

    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);
    private static final long TAKEN_AWAY = 0;

    private final EventBus bus;
    private final Map<String, Map<String, Long>> byOperators = new HashMap<>();
    private final Map<String, Map<String, Long>> published = new HashMap<>();

    VersionLabels(EventBus bus) {
        this.bus = bus;
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
                bus.request(ModelNews.ADDRESS, new ModelNews.Labels(folder.name(), all), LOCAL)
                        .await();
            }
        }
    }
}
