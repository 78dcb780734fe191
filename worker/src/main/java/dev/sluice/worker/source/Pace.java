package dev.sluice.worker.source;

import java.time.Duration;

/**
 * Whether bytes come fast enough to be worth waiting for.
 *
 * @thread owned by the fetch
 * @units nanoseconds
 */
final class Pace {

    /** Less than that is a connection held open, or a line that will not do. */
    static final long LEAST_BYTES_PER_SECOND = 1024;

    private final long windowNanos;
    private final double leastBytes;
    private long since;
    private long bytes;

    Pace(Duration window, long nowNanos) {
        this.windowNanos = window.toNanos();
        this.leastBytes = LEAST_BYTES_PER_SECOND * (windowNanos / 1e9);
        this.since = nowNanos;
    }

    /** Counts these, and says whether it is still fast enough. */
    boolean keepsUp(int more, long nowNanos) {
        bytes += more;
        if (nowNanos - since < windowNanos) {
            return true;
        }
        boolean enough = bytes >= leastBytes;
        since = nowNanos;
        bytes = 0;
        return enough;
    }
}
