package dev.sluice.gateway.front.http;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that something has waited for too long, for waits that are many, mostly short, and seldom too long.
 *
 * <p>A timer that is set runs on when its wait is over, and only then looks whether there is another. So a connection
 * that is busy costs one timer for each span of that length, and not one for each request.
 *
 * @thread confined to the loop
 */
public final class WaitTimer {

    private final EventLoop loop;
    private final long limitNanos;
    private final Supplier<OptionalLong> since;
    private final Runnable late;
    private @Nullable Future<?> timer;
    private boolean stopped;

    /**
     * @param since when the oldest wait began, by {@link #nanos}; empty if nothing waits
     * @param late ends every wait that has lasted that long
     */
    public WaitTimer(EventLoop loop, Duration limit, Supplier<OptionalLong> since, Runnable late) {
        this.loop = loop;
        this.limitNanos = limit.toNanos();
        this.since = since;
        this.late = late;
    }

    /** The time now, on the clock of the loop. */
    public long nanos() {
        return loop.ticker().nanoTime();
    }

    /** Whether a wait that began then has been too long. */
    public boolean isLate(long sinceNanos) {
        return nanos() - sinceNanos >= limitNanos;
    }

    /** A wait has begun. */
    public void begin() {
        if (timer == null && !stopped) {
            set(limitNanos);
        }
    }

    /** Nothing will wait any more, so that no timer keeps what it would look at. */
    public void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void set(long nanos) {
        timer = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        OptionalLong oldest = since.get();
        if (oldest.isPresent() && isLate(oldest.getAsLong())) {
            late.run();
            oldest = since.get();
        }
        timer = null;
        if (oldest.isPresent() && !stopped) {
            set(Math.max(1, limitNanos - (nanos() - oldest.getAsLong())));
        }
    }
}
