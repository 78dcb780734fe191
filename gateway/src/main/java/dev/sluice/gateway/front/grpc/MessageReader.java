package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.BodyInflater;
import dev.sluice.gateway.front.http.BodyPieces;
import dev.sluice.gateway.front.http.ContentCoding;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.SlicedInflater;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of the bytes of a stream, one at a time and no faster than they are wanted.
 *
 * <p>A message that came in one piece is not copied. One that is compressed is inflated as it comes, a bounded amount in each
 * turn, and counted by its inflated bytes.
 *
 * @thread confined to the front loop of its connection
 * @bound the limit for each message, and all that are held the budget; what has come beyond the message at hand is at most
 *     what Vert.x had read when it was told to stop
 * @errors to the receiver, once: PayloadTooLarge, Overloaded when budget or heap are spent, DeadlineExceeded when a message
 *     that has begun does not come whole in time, InvalidRequest for what is no message
 * @owns each message's bytes of the budget until its {@link Message#release}
 * @source gRPC over HTTP/2, "Length-Prefixed-Message"
 */
final class MessageReader {

    /**
     * Hears what a stream says.
     *
     * @thread the loop of the stream
     */
    interface Receiver {

        /** The beginning of a message that is not compressed and not yet whole. */
        default void begun(byte[] array, int from, int to) {}

        /** A message. The next one comes after {@link MessageReader#next}. */
        void message(Message message);

        /** There are no more. */
        void ended();

        /** There will be no more, because what came is no message, or cannot be held. */
        void failed(InferenceError error);
    }

    /**
     * How a stream is read.
     *
     * @param coding of the messages that say that they are compressed
     * @param limit of each message
     */
    record Settings(ContentCoding coding, SizeLimit limit, Bodies bodies) {}

    /**
     * A message that has come whole.
     *
     * @thread confined to the front loop of its connection
     */
    static final class Message {

        private final Bodies bodies;
        private final HttpBytes bytes;
        private long reserved;

        private Message(Bodies bodies, HttpBytes bytes, long reserved) {
            this.bodies = bodies;
            this.bytes = bytes;
            this.reserved = reserved;
        }

        HttpBytes bytes() {
            return bytes;
        }

        /** Gives its bytes of the budget back; may be called again. */
        void release() {
            bodies.budget().release(reserved);
            reserved = 0;
        }
    }

    private final HttpServerRequest request;
    private final ContentCoding coding;
    private final SizeLimit limit;
    private final Bodies bodies;
    private final Receiver receiver;
    private final GrpcFraming.Prefix prefix = new GrpcFraming.Prefix();
    private final BodyPieces pieces = new BodyPieces();
    private final Deque<HttpBytes> unread = new ArrayDeque<>();
    private long missingBytes;
    private boolean inMessage;
    private boolean wanted = true;
    private boolean reading;
    private boolean paused;
    private boolean ended;
    private boolean closed;
    private long reserved;
    private long sinceNanos;
    private @Nullable SlicedInflater inflater;
    private @Nullable Runnable stopWaiting;
    private @Nullable Runnable stopCall;

    MessageReader(HttpServerRequest request, Settings settings, Receiver receiver) {
        this.request = request;
        this.coding = settings.coding;
        this.bodies = settings.bodies;
        this.limit = settings.limit.within(bodies.budget());
        this.receiver = receiver;
    }

    void begin() {
        request.handler(this::onPiece);
        request.endHandler(end -> {
            ended = true;
            advance();
        });
        request.exceptionHandler(gone -> close()); // the answer's stream tells of it
    }

    /**
     * The same for a call that must have come whole, its end included, by the time that its client waits, or by {@code
     * admission.request_timeout}: until then it may hold memory and a place. One that comes in one turn costs no timer.
     */
    void begin(GrpcStream call) {
        long saidNanos = call.timeoutNanos();
        begin();
        call.nextTurn(() -> {
            if (!closed) {
                long clientNanos = saidNanos == GrpcTimeout.NONE ? Long.MAX_VALUE : saidNanos;
                stopCall = bodies.whenLate(call.startNanos(), clientNanos, this::fail);
            }
        });
    }

    /** Asks for the next message. */
    void next() {
        wanted = true;
        if (!reading) {
            advance();
        }
    }

    /** Nothing is heard any more, and what has been kept is let go. */
    void close() {
        closed = true;
        stopWaiting();
        stopCall();
        unread.clear();
        pieces.clear();
        bodies.budget().release(reserved);
        reserved = 0;
        if (inflater != null) {
            inflater.close();
        }
    }

    private void onPiece(Buffer piece) {
        if (!closed) {
            unread.add(HttpBytes.of(piece));
            advance();
        }
    }

    private void advance() {
        reading = true;
        try {
            read();
        } catch (InferenceException refused) {
            fail(refused.error());
        } catch (OutOfMemoryError full) {
            fail(Serving.noMemory());
        } finally {
            reading = false;
        }
        flow();
    }

    private void read() {
        while (!closed && wanted && !unread.isEmpty()) {
            HttpBytes piece = unread.remove();
            int at = inMessage ? piece.from() : readPrefix(piece);
            if (inMessage) {
                at = readBytes(piece, at);
            }
            if (at < piece.to() && !closed) {
                unread.addFirst(new HttpBytes(piece.array(), at, piece.to()));
            }
        }
        if (ended && wanted && !closed && unread.isEmpty()) {
            end();
        }
    }

    /** While no message is wanted, the client may send no more than the window of HTTP/2 allows. */
    private void flow() {
        boolean hold = !closed && !wanted;
        if (hold == paused || ended) {
            return;
        }
        paused = hold;
        if (hold) {
            request.pause();
        } else {
            request.resume();
        }
    }

    private void end() {
        if (inMessage || prefix.isBegun()) {
            throw InferenceException.invalid(
                    "message",
                    inMessage
                            ? "the stream ended " + missingBytes + " bytes before the message did"
                            : "the stream ended amid the " + GrpcFraming.PREFIX_BYTES + " bytes before a message");
        }
        closed = true;
        stopCall();
        receiver.ended();
    }

    private int readPrefix(HttpBytes piece) {
        if (!prefix.isBegun()) {
            sinceNanos = bodies.ticker().nanos();
        }
        int at = prefix.read(piece);
        if (prefix.isWhole()) {
            begin(prefix.isCompressed(), prefix.length());
            prefix.clear();
        }
        return at;
    }

    private void begin(boolean compressed, long length) {
        if (length > limit.bytes()) {
            throw new InferenceException(limit.tooLarge());
        }
        inMessage = true;
        missingBytes = length;
        if (compressed) {
            if (coding == ContentCoding.IDENTITY) {
                throw InferenceException.invalid(
                        "message", "says that it is compressed, and grpc-encoding does not say how");
            }
            inflater = new SlicedInflater(
                    new BodyInflater(coding, this::takeInflated), bodies, this::complete, this::failInflating);
        }
        if (length == 0) {
            endMessage();
        }
    }

    private int readBytes(HttpBytes piece, int from) {
        int count = (int) Math.min(missingBytes, piece.to() - from);
        if (count == 0) {
            return from;
        }
        missingBytes -= count;
        HttpBytes part = new HttpBytes(piece.array(), from, from + count);
        if (inflater != null) {
            inflater.feed(part);
        } else {
            reserve(count);
            pieces.add(part);
        }
        if (closed) {
            return from; // the inflater has failed
        }
        if (missingBytes == 0) {
            endMessage();
        } else {
            awaitRest(part);
        }
        return from + count;
    }

    /** The first piece that is not the whole message starts the clock, so that messages in one piece cost no timer. */
    private void awaitRest(HttpBytes part) {
        if (stopWaiting != null) {
            return;
        }
        stopWaiting = bodies.whenLate(sinceNanos, this::fail);
        if (inflater == null) {
            receiver.begun(part.array(), part.from(), part.to());
        }
    }

    private void endMessage() {
        stopWaiting();
        wanted = false;
        if (inflater != null) {
            inflater.end();
        } else {
            complete();
        }
    }

    private void takeInflated(byte[] bytes, int count) {
        if (pieces.length() + (long) count > limit.bytes()) {
            throw new InferenceException(limit.tooLarge());
        }
        reserve(count);
        pieces.copy(bytes, 0, count);
    }

    private void reserve(int bytes) {
        bodies.budget().reserve(bytes);
        reserved += bytes;
    }

    private void complete() {
        inflater = null;
        inMessage = false;
        Message message;
        try {
            message = new Message(bodies, pieces.join(), reserved);
        } catch (OutOfMemoryError full) {
            fail(Serving.noMemory());
            return;
        }
        reserved = 0;
        receiver.message(message);
    }

    /** What is wrong is this message, where the body of HTTP has a header for it. */
    private void failInflating(InferenceException failure) {
        fail(
                failure.error() instanceof InferenceError.InvalidRequest(String field, String reason)
                        ? new InferenceError.InvalidRequest("message", reason)
                        : failure.error());
    }

    private void fail(InferenceError error) {
        if (!closed) {
            close();
            receiver.failed(error);
        }
    }

    private void stopCall() {
        if (stopCall != null) {
            stopCall.run();
            stopCall = null;
        }
    }

    private void stopWaiting() {
        if (stopWaiting != null) {
            stopWaiting.run();
            stopWaiting = null;
        }
    }
}
