package dev.sluice.gateway.front.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
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

    private final HttpServerRequest request;
    private final Counter unsent;
    private final LongSupplier clock;
    private final Deque<Part> parts = new ArrayDeque<>();
    private long waitingBytes;
    private long movedNanos;
    private @Nullable Runnable end;
    private boolean gone;

    /** Takes note of bytes that wait, and of their leaving when they are negative. */
    @FunctionalInterface
    interface Counter {
        void count(int bytes);
    }

    /** @param taken is run when the last byte of its message has left; null before that */
    private record Part(Buffer slice, @Nullable Runnable taken) {}

    MessageSending(HttpServerRequest request, Counter unsent, LongSupplier clock) {
        this.request = request;
        this.unsent = unsent;
        this.clock = clock;
        request.response().drainHandler(drained -> handOn());
    }

    @Override
    public HttpServerRequest request() {
        return request;
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
        while (message.length() - from > Sending.SLICE_BYTES) {
            parts.add(new Part(message.slice(from, from + Sending.SLICE_BYTES), null));
            from += Sending.SLICE_BYTES;
        }
        parts.add(new Part(message.slice(from, message.length()), taken));
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

    private void handOn() {
        HttpServerResponse response = request.response();
        while (!gone && !parts.isEmpty() && !response.writeQueueFull()) {
            Part part = parts.remove();
            response.write(part.slice).onComplete(done -> left(part, done));
        }
        if (!gone && waitingBytes == 0 && end != null) {
            Runnable last = end;
            end = null;
            last.run();
        }
    }

    private void left(Part part, AsyncResult<Void> done) {
        if (gone || done.failed()) {
            return;
        }
        movedNanos = clock.getAsLong();
        waitingBytes -= part.slice.length();
        unsent.count(-part.slice.length());
        if (part.taken != null) {
            part.taken.run();
        }
        handOn();
    }
}
