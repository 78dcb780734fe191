package dev.sluice.gateway.front.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one answer on their way to its client, handed on slice by slice and no faster than the client takes them.
 *
 * @thread confined to the front loop of the connection
 * @bound what its user puts in before it has been told that earlier ones were taken; it counts as unsent until then
 * @owns each message until it has been taken or the stream has gone
 */
public final class MessageSending implements Unsent {

    private final Outlet outlet;
    private final Counter unsent;
    private final LongSupplier clock;
    private final Deque<Part> parts = new ArrayDeque<>();
    private int handedBytes;
    private long waitingBytes;
    private long movedNanos;
    private @Nullable Runnable end;
    private boolean handingOn;
    private boolean gone;

    /** Takes note of bytes that wait, and of their leaving when they are negative. */
    @FunctionalInterface
    interface Counter {
        void count(int bytes);
    }

    /** @param taken is run when the last byte of its message has left; null before that */
    private record Part(Buffer slice, @Nullable Runnable taken) {}

    MessageSending(Outlet outlet, Counter unsent, LongSupplier clock) {
        this.outlet = outlet;
        this.unsent = unsent;
        this.clock = clock;
        outlet.whenMore(this::handOn);
    }

    @Override
    public HttpServerRequest request() {
        return outlet.request();
    }

    @Override
    public boolean isWaiting() {
        return waitingBytes > 0;
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    /** Sends that message behind those before it; {@code taken} is run when it has left, and not if the client goes. */
    public void send(Buffer message, Runnable taken) {
        if (!isWaiting()) {
            movedNanos = clock.getAsLong();
        }
        waitingBytes += message.length();
        unsent.count(message.length());
        int from = 0;
        while (message.length() - from > Outlet.MOST_BYTES) {
            parts.add(new Part(message.slice(from, from + Outlet.MOST_BYTES), null));
            from += Outlet.MOST_BYTES;
        }
        parts.add(new Part(message.slice(from, message.length()), taken));
        if (outlet.room() < 1) {
            outlet.writeHead();
        }
        handOn();
    }

    /** Runs that behind the last message, when all of them have left: until then their client is waited for. */
    public void end(Runnable last) {
        end = last;
        handOn();
    }

    /** The stream is over: what has not left never will. */
    void stop() {
        gone = true;
        parts.clear();
        unsent.count((int) -waitingBytes);
        waitingBytes = 0;
    }

    /** In a loop, for a socket that takes all at once says so before we have returned. */
    private void handOn() {
        if (handingOn) {
            return;
        }
        handingOn = true;
        for (int room = outlet.room(); room > 0 && !gone && !parts.isEmpty(); room = outlet.room()) {
            hand(parts.element(), room);
        }
        handingOn = false;
        if (!gone && waitingBytes == 0 && end != null) {
            Runnable last = end;
            end = null;
            last.run();
        }
    }

    private void hand(Part part, int room) {
        int from = handedBytes;
        handedBytes = (int) Math.min((long) from + room, part.slice.length());
        Buffer piece = part.slice.slice(from, handedBytes);
        boolean whole = handedBytes == part.slice.length();
        if (whole) {
            parts.remove();
            handedBytes = 0;
        }
        outlet.write(piece).onComplete(done -> left(whole ? part : null, done));
    }

    /** @param part whose last bytes those were; null while there is more of it */
    private void left(@Nullable Part part, AsyncResult<Void> done) {
        if (gone || done.failed()) {
            return;
        }
        if (part != null) {
            movedNanos = clock.getAsLong();
            waitingBytes -= part.slice.length();
            unsent.count(-part.slice.length());
            if (part.taken != null) {
                part.taken.run();
            }
        }
        handOn();
    }
}
