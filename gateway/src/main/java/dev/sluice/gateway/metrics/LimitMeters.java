package dev.sluice.gateway.metrics;

import dev.sluice.gateway.admit.LimitListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the refusals of each limit.
 *
 * @thread any; a look-up in a concurrent map and an update of atomic counters
 * @bound one counter for each scope and limit, and none for a client
 */
final class LimitMeters implements LimitListener {

    private record Which(Scope scope, Limit limit) {}

    private final MeterRegistry registry;
    private final Map<Which, Counter> refusals = new ConcurrentHashMap<>();

    LimitMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Scope scope : Scope.values()) {
            for (Limit limit : Limit.values()) {
                refusals(new Which(scope, limit)); // so that each is shown before it happens first
            }
        }
    }

    @Override
    public void refused(Scope scope, Limit limit) {
        refusals(new Which(scope, limit)).increment();
    }

    private Counter refusals(Which which) {
        return refusals.computeIfAbsent(
                which,
                made -> registry.counter(
                        MeterNames.LIMITED_REQUESTS,
                        Tags.of(
                                "scope",
                                which.scope().word(),
                                "limit",
                                which.limit().word())));
    }
}
