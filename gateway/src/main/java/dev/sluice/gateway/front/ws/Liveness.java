package dev.sluice.gateway.front.ws;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by looking now and then whether the other end of a connection is still there, and whether it still wants
 * something.
 *
 * <p>Whatever comes is a sign of life, so only a connection that is silent is asked by a ping. While nothing is read
 * nothing can be heard either, and nobody is blamed for it.
 *
 * @thread confined to the front loop of its connection
 */
final class Liveness {

    private final StreamConnection connection;
    private final WebSocketOptions options;
    private final Duration messagePatience;
    private final EventLoop loop;
    private @Nullable Future<?> timer;
    private boolean heard;
    private boolean pinged;
    private long pingedNanos;
    private long askedNanos;

    /** @param messagePatience how long a message may take to arrive whole */
    Liveness(StreamConnection connection, WebSocketOptions options, Duration messagePatience, EventLoop loop) {
        this.connection = connection;
        this.options = options;
        this.messagePatience = messagePatience;
        this.loop = loop;
    }

    void begin() {
        asked();
        lookAfter(shorter(options.pingInterval(), options.idleTimeout()));
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Something has come. */
    void heard() {
        heard = true;
    }

    /** A request has come, or been answered. */
    void asked() {
        askedNanos = nanos();
    }

    private long nanos() {
        return loop.ticker().nanoTime();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void lookAfter(Duration delay) {
        timer = loop.schedule(this::look, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        if (connection.isIdle() && isOver(askedNanos, options.idleTimeout())) {
            connection.close(CloseCode.NORMAL, "idle");
        } else if (connection.isMessageOlderThan(messagePatience)) {
            connection.close(CloseCode.POLICY_VIOLATION, "a message did not come whole in time");
        } else if (isSilent() && pinged && isOver(pingedNanos, options.pingTimeout())) {
            connection.close(CloseCode.POLICY_VIOLATION, "no answer to a ping");
        } else {
            askIfSilent();
        }
        if (connection.isOpen()) {
            Duration usual = shorter(options.pingInterval(), options.idleTimeout());
            lookAfter(pinged ? shorter(usual, options.pingTimeout()) : usual);
        }
    }

    private boolean isSilent() {
        return !heard && connection.isReading();
    }

    private void askIfSilent() {
        if (!isSilent()) {
            pinged = false;
        } else if (!pinged) {
            pinged = true;
            pingedNanos = nanos();
            connection.ping();
        }
        heard = false;
    }

    private boolean isOver(long sinceNanos, Duration limit) {
        return nanos() - sinceNanos >= limit.toNanos();
    }
}
