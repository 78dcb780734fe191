package dev.sluice.gateway.admit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How long requests have stayed lately, as a mean that follows. When all places are taken, that is how long it takes until
 * those who have them are gone, whatever the rate at which others come: so a quiet hour says nothing wrong.
 *
 * @thread any; one atomic number
 * @source Little's law
 */
final class MeanStay {

    /** A stay counts for a 32nd: the mean of some 32, without their being kept. */
    private static final int NEWEST_SHIFT = 5;

    private static final long NONE = -1;

    private final AtomicLong nanos = new AtomicLong(NONE);

    /** One has ended that took so long. */
    void ended(long stayNanos) {
        nanos.updateAndGet(mean -> mean == NONE ? stayNanos : mean + ((stayNanos - mean) >> NEWEST_SHIFT));
    }

    /** 0 as long as none has ended. */
    double nanos() {
        return Math.max(0, nanos.get());
    }
}
