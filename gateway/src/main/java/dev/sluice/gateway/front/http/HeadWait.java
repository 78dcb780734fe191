package dev.sluice.gateway.front.http;

import io.netty.channel.EventLoop;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * How long the head of a connection's next request is on its way.
 *
 * @thread confined to the front loop of its connection
 */
final class HeadWait {

    private final WaitTimer timer;
    private final BooleanSupplier isRead;
    private final Runnable late;
    private boolean begun;
    private long sinceNanos;

    /**
     * @param isRead a head behind a request that has not been answered, or whose connection is paused, is not late
     * @param late is run when a head has not come within {@code http.header_timeout}
     */
    HeadWait(EventLoop loop, HttpOptions options, BooleanSupplier isRead, Runnable late) {
        this.timer = new WaitTimer(loop, options.headerTimeout(), this::since, this::giveUp);
        this.isRead = isRead;
        this.late = late;
    }

    /** A piece of a head has come, and not yet the whole of it. */
    void goesOn() {
        if (!begun) {
            begun = true;
            begin();
        }
    }

    /** It has come whole, or is none. */
    void isWhole() {
        begun = false;
    }

    /** The time for a head that has begun starts when it is read. */
    void awaitRest() {
        if (begun && isRead.getAsBoolean()) {
            begin();
        }
    }

    private void begin() {
        sinceNanos = timer.nanos();
        timer.begin();
    }

    private OptionalLong since() {
        return begun && isRead.getAsBoolean() ? OptionalLong.of(sinceNanos) : OptionalLong.empty();
    }

    private void giveUp() {
        begun = false;
        late.run();
    }

    void stop() {
        timer.stop();
    }
}
