package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.Capacity;

/**
 * How much slower a model works off its rows than its batcher has learned, measured while it has enough to do: batches that
 * wait for a device which other models use as well are not slow, but they come seldom.
 *
 * <p>Never faster: then more would be let in than the batcher can foresee.
 *
 * @thread any; a lock that is held for a few comparisons
 */
final class Pace {

    /** So many times what keeps every instance at work is measured in one go. */
    private static final int WINDOW = 16;

    private static final double NEWEST = 0.5;

    private final Object lock = new Object();
    private long sinceNanos;
    private long doneRows;
    private double expectedNanos;
    private boolean measuring;
    private volatile double slowdown = 1;

    /** 1 for as fast as was learned. */
    double slowdown() {
        return slowdown;
    }

    /**
     * A request has left.
     *
     * @param ranRows of it; 0 when it was let go
     * @param openRows that are in flight without it: as long as they keep every instance at work, no time is idle
     */
    void left(int ranRows, long openRows, Capacity capacity, long nowNanos) {
        synchronized (lock) {
            if (!capacity.isKnown() || openRows < capacity.busyRows()) {
                measuring = false;
            } else if (measuring) {
                doneRows += ranRows;
                expectedNanos += capacity.nanosFor(ranRows);
                if (ranRows > 0 && doneRows >= WINDOW * capacity.busyRows()) {
                    double seen = (nowNanos - sinceNanos) / expectedNanos;
                    slowdown = Math.max(1, slowdown + NEWEST * (seen - slowdown));
                    begin(nowNanos);
                }
            } else {
                begin(nowNanos);
            }
        }
    }

    private void begin(long nowNanos) {
        measuring = true;
        sinceNanos = nowNanos;
        doneRows = 0;
        expectedNanos = 0;
    }
}
