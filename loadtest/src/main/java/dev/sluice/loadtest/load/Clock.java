package dev.sluice.loadtest.load;

import io.vertx.core.Vertx;

/**
 * The time of a run, in nanoseconds from the moment at which its connections were ready.
 *
 * @thread set before anything is sent; then any
 */
final class Clock {

    private static final long MILLI = 1_000_000;

    private final Vertx vertx;
    private long startNanos = System.nanoTime();

    Clock(Vertx vertx) {
        this.vertx = vertx;
    }

    void start() {
        startNanos = System.nanoTime();
    }

    long now() {
        return System.nanoTime() - startNanos;
    }

    /** Has something done then, on the event loop that asks; the number cancels it. */
    long after(long nanos, Runnable what) {
        return vertx.setTimer(Math.max(1, nanos / MILLI), fired -> what.run());
    }

    void cancel(long timer) {
        vertx.cancelTimer(timer);
    }
}
