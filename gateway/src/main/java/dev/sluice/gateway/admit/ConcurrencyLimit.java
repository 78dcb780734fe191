package dev.sluice.gateway.admit;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bound on how many requests are in flight in this process.
 *
 * @thread any; one atomic counter
 * @bound {@code max}
 */
final class ConcurrencyLimit {

    private final int max;
    private final AtomicInteger inFlight = new AtomicInteger();

    ConcurrencyLimit(int max) {
        this.max = max;
    }

    /** Counts one more in, unless the limit is reached. */
    boolean tryAcquire() {
        int now = inFlight.get();
        while (now < max) {
            if (inFlight.compareAndSet(now, now + 1)) {
                return true;
            }
            now = inFlight.get();
        }
        return false;
    }

    /** Counts one out. */
    void release() {
        int left = inFlight.decrementAndGet();
        assert left >= 0 : "a permit was released twice";
    }

    int inFlight() {
        return inFlight.get();
    }

    int max() {
        return max;
    }
}
