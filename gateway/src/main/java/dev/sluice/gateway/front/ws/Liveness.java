package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.http.WaitTimer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.OptionalLong;
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
    private final EventLoop loop;
    private final WaitTimer message;
    private @Nullable Future<?> timer;
    private boolean heard;
    private boolean pinged;
    private long pingedNanos;
    private long askedNanos;
    private boolean inMessage;
    private long messageNanos;

    /** @param messagePatience how long a message may take to arrive whole */
    Liveness(StreamConnection connection, WebSocketOptions options, Duration messagePatience, EventLoop loop) {
        this.connection = connection;
        this.options = options;
        this.loop = loop;
        this.message = new WaitTimer(loop, messagePatience, this::messageSince, this::giveUpMessage);
    }

    void begin() {
        asked();
        lookAfter(shorter(options.pingInterval(), options.idleTimeout()));
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        message.stop();
    }

    /** Something has come. */
    void heard() {
        heard = true;
    }

    /** A request has come, or been answered. */
    void asked() {
        askedNanos = nanos();
    }

    /** The first piece of a message has come. */
    void messageBegun() {
        inMessage = true;
        awaitRest();
    }

    /** Its time starts anew when the connection is read again. */
    void awaitRest() {
        if (inMessage) {
            messageNanos = message.nanos();
            message.begin();
        }
    }

    /** It has come whole. */
    void messageEnded() {
        inMessage = false;
    }

    private OptionalLong messageSince() {
        return inMessage && connection.isReading() ? OptionalLong.of(messageNanos) : OptionalLong.empty();
    }

    private void giveUpMessage() {
        inMessage = false;
        connection.close(CloseCode.POLICY_VIOLATION, "a message did not come whole in time");
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
        if (connection.isIdle() && !inMessage && isOver(askedNanos, options.idleTimeout())) {
            connection.close(CloseCode.NORMAL, "idle");
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
