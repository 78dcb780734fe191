package dev.sluice.loadtest.load;

import java.util.List;

/**
 * A place in the merged plans of several kinds of traffic.
 *
 * @thread one at a time
 */
final class Plan {

    /** The moment at which nothing is due any more. */
    static final long NEVER = Long.MAX_VALUE;

    private final List<Traffic> traffic;
    private final int[] next;

    Plan(List<Traffic> traffic) {
        this.traffic = traffic;
        this.next = new int[traffic.size()];
    }

    /** The earliest moment that is still to come. */
    long due() {
        return due(kind());
    }

    /** Which traffic that moment is of; moves on. */
    int take() {
        int kind = kind();
        next[kind]++;
        return kind;
    }

    private int kind() {
        int earliest = 0;
        for (int kind = 1; kind < next.length; kind++) {
            if (due(kind) < due(earliest)) {
                earliest = kind;
            }
        }
        return earliest;
    }

    private long due(int kind) {
        long[] planned = traffic.get(kind).plannedNanos();
        return next[kind] < planned.length ? planned[next[kind]] : NEVER;
    }
}
