package dev.sluice.gateway.front.http;

import java.util.concurrent.TimeUnit;

/**
 * The longest of what took some time in the last ten to twenty seconds, for an eye that only looks now and then.
 *
 * @param beforeNanos in the last whole window
 * @param nowNanos in the one that is not over
 * @param sinceNanos when that began
 * @thread immutable
 */
record LongestLately(long beforeNanos, long nowNanos, long sinceNanos) {

    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    static LongestLately since(long now) {
        return new LongestLately(0, 0, now);
    }

    LongestLately and(long nanos, long now) {
        LongestLately moved = at(now);
        return nanos > moved.nowNanos ? new LongestLately(moved.beforeNanos, nanos, moved.sinceNanos) : moved;
    }

    long amount(long now) {
        LongestLately moved = at(now);
        return Math.max(moved.beforeNanos, moved.nowNanos);
    }

    private LongestLately at(long now) {
        long age = now - sinceNanos;
        if (age < WINDOW_NANOS) {
            return this;
        }
        return new LongestLately(age < 2 * WINDOW_NANOS ? nowNanos : 0, 0, now);
    }
}
