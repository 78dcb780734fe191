package dev.sluice.worker;

import dev.sluice.worker.contract.Ticker;

/**
 * When a version in memory was asked last, and whether it has anything to do.
 *
 * @thread written by its batcher loop, read by the control thread
 */
final class Usage {

    private volatile long askedNanos;
    private volatile boolean asked;
    private volatile boolean busy;

    /** Requests have come. */
    void asked(long nowNanos) {
        askedNanos = nowNanos;
        asked = true;
        busy = true;
    }

    /** A turn of its batcher has ended. */
    void turnEnded(boolean anyWaits, Ticker ticker) {
        if (busy && !anyWaits) {
            askedNanos = ticker.nanos(); // until now somebody waited for it
            busy = false;
        }
    }

    boolean isBusy() {
        return busy;
    }

    /** The last time, but no sooner than that. */
    long askedNanos(long leastNanos) {
        return asked && askedNanos - leastNanos > 0 ? askedNanos : leastNanos;
    }

    boolean everAsked() {
        return asked;
    }
}
