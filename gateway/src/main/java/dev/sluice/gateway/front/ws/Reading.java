package dev.sluice.gateway.front.ws;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection is read: while it has reason to be.
 *
 * <p>It has none while a message beyond the window has just been refused, while so many answers lie untaken that no
 * more are made, while the server has no room for messages, while the connection waits for its loop, and when it is to
 * end. One that ends is read again, for the client's close frame.
 *
 * @thread confined to the front loop of its connection
 */
final class Reading {

    /** How long nothing is read after a message for which the server had no room, if no answer comes before. */
    static final long FULL_MILLIS = 100;

    private final StreamConnection connection;
    private final FrameSocket socket;
    private final Liveness liveness;
    private final EventLoop loop;
    private boolean on = true;
    private boolean full;
    private boolean standing;
    private @Nullable Future<?> endOfFull;

    Reading(StreamConnection connection, FrameSocket socket, Liveness liveness, EventLoop loop) {
        this.connection = connection;
        this.socket = socket;
        this.liveness = liveness;
        this.loop = loop;
    }

    boolean isOn() {
        return on;
    }

    /** The server has no room: until another answer has left, which makes some, or for a moment. */
    void pauseForRoom() {
        full = true;
        endOfFull = loop.schedule(this::endPause, FULL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void endPause() {
        full = false;
        connection.lookAgain();
    }

    /** An answer has left; {@code stands} says whether the connection has to wait for its loop. */
    void answered(boolean stands) {
        full = false;
        standing = stands;
    }

    /** The loop has time for the connection again. */
    void standNoMore() {
        standing = false;
    }

    /** Begins to read, or stops. */
    void lookAgain() {
        boolean mayRead = !connection.isOpen() || !(full || standing || connection.takesNoMore());
        if (mayRead != on && socket.isOpen()) {
            on = mayRead;
            if (mayRead) {
                liveness.awaitRest();
                socket.resume();
            } else {
                socket.pause();
            }
        }
    }

    /** The connection has closed. */
    void stop() {
        if (endOfFull != null) {
            endOfFull.cancel(false);
        }
    }
}
