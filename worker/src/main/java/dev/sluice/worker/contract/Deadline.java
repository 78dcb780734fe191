package dev.sluice.worker.contract;

import java.time.Duration;

/**
 * The moment from which on nobody waits for an answer any more; made once, when a request is decoded.
 *
 * @units nanoseconds of one process's {@link Ticker}, compared by difference so that the clock may wrap
 */
public record Deadline(long atNanos) {

    public static Deadline after(Duration timeout, long nowNanos) {
        return new Deadline(nowNanos + timeout.toNanos());
    }

    public long remainingNanos(long nowNanos) {
        return atNanos - nowNanos;
    }

    public boolean isExpired(long nowNanos) {
        return remainingNanos(nowNanos) <= 0;
    }
}
