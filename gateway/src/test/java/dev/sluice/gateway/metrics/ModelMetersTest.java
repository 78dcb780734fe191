package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.worker.contract.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Which meters there are while versions come and go. */
class ModelMetersTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final ModelId OTHER = new ModelId("m", 2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Set<ModelId> loaded = ConcurrentHashMap.newKeySet();
    private final ModelMeters meters = new ModelMeters(registry, loaded::contains);

    private double completed(ModelId model) {
        return registry.find(MeterNames.REQUESTS).tags(ModelMeters.tags(model)).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private long shown(ModelId model) {
        List<?> own = ModelMeters.tags(model).stream().toList();
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getTags().containsAll(own))
                .count();
    }

    private void isHeardOf(ModelId model) {
        meters.completed(Protocol.HTTP, model, "success", 7);
        meters.ran(model, 1, 1);
        meters.waited(model, 1);
        meters.batchMemory(model, -1);
        meters.queued(model, 1, 0);
    }

    private void leaves(ModelId model) {
        loaded.remove(model);
        meters.forget(model);
    }

    @Test
    void whatComesTooLateDoesNotBringAVersionBack() {
        loaded.addAll(List.of(MODEL, OTHER));
        isHeardOf(MODEL);
        isHeardOf(OTHER);
        assertNotEquals(0, shown(MODEL));
        leaves(MODEL);
        assertEquals(0, shown(MODEL));
        int left = registry.getMeters().size();
        isHeardOf(MODEL);
        assertEquals(left, registry.getMeters().size());
        assertEquals(1, completed(OTHER));
        loaded.add(MODEL);
        isHeardOf(MODEL);
        assertEquals(1, completed(MODEL), "it begins anew");
    }

    /** Whoever began to count before the version left, and goes on behind that. */
    @Test
    void nothingStaysBehindWhateverComesBetween() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            loaded.add(MODEL);
            Thread late = Thread.ofVirtual().start(() -> isHeardOf(MODEL));
            leaves(MODEL);
            late.join();
            assertEquals(0, shown(MODEL));
        }
    }
}
