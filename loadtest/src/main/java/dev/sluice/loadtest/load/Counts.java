package dev.sluice.loadtest.load;

import java.util.EnumMap;
import java.util.Map;

/**
 * How many requests ended in which way.
 *
 * @thread one at a time
 */
final class Counts {

    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);

    void add(Outcome outcome) {
        counts.merge(outcome, 1L, Long::sum);
    }

    long of(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    long all() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
