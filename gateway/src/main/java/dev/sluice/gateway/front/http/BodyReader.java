package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body up to a limit.
 *
 * <p>{@link BodyPieces} keeps what comes until it is whole. A compressed body is inflated as it comes and counted by its
 * inflated bytes; the compressed ones are kept no longer than they wait for that. What little comes after a refusal is
 * read and thrown away, so that the connection can go on; if there is more, it ends behind the answer, and so does that
 * of a client whose body has not come whole when the deadline passes. On HTTP/2 it is the stream that ends.
 *
 * @thread confined to the front loop of its connection
 * @bound the limit kept, and together with all other requests the budget; {@value #DROPPED_BYTES} bytes are thrown
 *     away before the connection ends, or the stream of HTTP/2
 * @errors PayloadTooLarge at the limit, DeadlineExceeded, Overloaded when the budget or the heap is spent,
 *     InvalidRequest for a malformed chunk or a corrupt compressed body, UnsupportedMediaType for a coding that we do not
 *     read
 * @owns the body, and its bytes of the budget until the request has been answered or its connection has gone
 */
final class BodyReader {

    /** To read so much costs less than a new connection. */
    static final int DROPPED_BYTES = 64 << 10;

    private final HttpServerRequest request;
    private final SizeLimit limit;
    private final Bodies bodies;
    private final Handler<HttpBytes> complete;
    private final Consumer<InferenceError> refuse;
    private final long headNanos;
    private @Nullable Runnable stopWaiting;
    private final BodyPieces pieces = new BodyPieces();
    private @Nullable SlicedInflater inflater;
    private long receivedBytes;
    private long reservedBytes;
    private long droppedBytes;
    private boolean refused;
    private boolean endsBehindAnswer;

    private BodyReader(
            HttpServerRequest request,
            SizeLimit limit,
            Bodies bodies,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        this.request = request;
        this.limit = limit.within(bodies.budget());
        this.bodies = bodies;
        this.complete = complete;
        this.refuse = refuse;
        this.headNanos = bodies.ticker().nanos();
    }

    /** Exactly one of the two is called, unless the connection breaks first. */
    static void read(
            HttpServerRequest request,
            SizeLimit limit,
            Bodies bodies,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        ContentCoding coding;
        try {
            coding = ContentCoding.ofBody(request);
        } catch (InferenceException unknown) {
            discard(request, bodies);
            refuse.accept(unknown.error());
            return;
        }
        BodyReader reader = new BodyReader(request, limit, bodies, complete, refuse);
        if (coding != ContentCoding.IDENTITY) {
            reader.inflateAs(coding);
        }
        reader.begin();
    }

    /** Reads the body to nowhere, or leaves it, for a request that is refused right after this. */
    static void discard(HttpServerRequest request, Bodies bodies) {
        BodyReader reader = new BodyReader(request, SizeLimit.fixed(0), bodies, body -> {}, error -> {});
        reader.listen();
        reader.leaveRest();
    }

    private void inflateAs(ContentCoding coding) {
        inflater = new SlicedInflater(
                new BodyInflater(coding, this::takeInflated), bodies, this::finish, failure -> refuse(failure.error()));
    }

    private void begin() {
        request.response().headersEndHandler(answered -> release()); // a slow reader holds its answer, not its body
        listen();
        if (declaredLength(request) > limit.bytes()) {
            refuse(limit.tooLarge());
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    private void listen() {
        request.response().endHandler(over -> onAnswered());
        request.handler(this::onPiece);
        request.endHandler(end -> onEnd());
        request.exceptionHandler(this::onFailure);
    }

    /**
     * What follows a malformed chunk cannot be found any more; closing sends what has been written first. On HTTP/2 the
     * stream has been reset already.
     */
    private void onFailure(Throwable cause) {
        stopWaiting();
        boolean gone = cause instanceof VertxException || cause instanceof IOException;
        if (!refused && !gone && request.version() != HttpVersion.HTTP_2) {
            refuseForGood(new InferenceError.InvalidRequest("body", "is malformed: " + cause.getMessage()));
        }
    }

    /** The first piece that is not the whole body starts the clock, so that bodies in one piece cost no timer. */
    private void awaitRest() {
        if (stopWaiting == null && receivedBytes != declaredLength(request)) {
            stopWaiting = bodies.whenLate(headNanos, this::giveUp);
        }
    }

    private void stopWaiting() {
        if (stopWaiting != null) {
            stopWaiting.run();
        }
    }

    /** Whether the client is slow or holds us up on purpose is all the same. */
    private void giveUp(InferenceError why) {
        stopWaiting();
        if (refused) {
            cutOff();
        } else {
            refuseForGood(why);
        }
    }

    private void refuseForGood(InferenceError error) {
        endBehindAnswer();
        refuse(error);
    }

    /** The answer, which is about to be given, is the last one; from then on the client is not heard any more. */
    private void endBehindAnswer() {
        endsBehindAnswer = true;
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /** Of an upgrade the body of HTTP/1.1 has to be read for the answer in HTTP/2 to arrive. */
    private void leaveRest() {
        refused = true;
        if (declaredLength(request) - receivedBytes > DROPPED_BYTES && !isUpgrading()) {
            endBehindAnswer();
        }
    }

    private void onAnswered() {
        release();
        if (endsBehindAnswer) {
            cutOff();
        }
    }

    private static long declaredLength(HttpServerRequest request) {
        String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return declared == null ? 0 : Long.parseLong(declared);
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    private void onPiece(Buffer piece) {
        receivedBytes += piece.length();
        awaitRest();
        if (refused) {
            drop(piece.length());
        } else if (receivedBytes > limit.bytes()) {
            refuse(limit.tooLarge());
        } else {
            take(piece);
        }
    }

    private void drop(int bytes) {
        droppedBytes += bytes;
        if (droppedBytes > (isUpgrading() ? LingeringClose.MOST_BYTES : DROPPED_BYTES)) {
            cutOff();
        }
    }

    /** A piece that finds no memory ends the body: without it, what follows would be another one. */
    private void take(Buffer piece) {
        try {
            if (inflater != null) {
                inflater.feed(HttpBytes.of(piece));
            } else {
                reserve(piece.length());
                pieces.add(HttpBytes.of(piece));
            }
        } catch (InferenceException refusal) {
            refuse(refusal.error());
        } catch (OutOfMemoryError full) {
            refuse(Serving.noMemory());
        }
    }

    /** The refusal has been sent, so HTTP/2 has a code for it: no error, but send no more (RFC 9113, section 8.1). */
    private void cutOff() {
        stopWaiting();
        if (request.version() != HttpVersion.HTTP_2) {
            bodies.ending().accept(request);
        } else if (isUpgrading()) {
            request.connection().close();
        } else {
            request.response().reset(0);
        }
    }

    private boolean isUpgrading() {
        return request.version() == HttpVersion.HTTP_2 && FrontConnection.isUpgrading(request);
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
        reservedBytes += bytes;
    }

    private void refuse(InferenceError error) {
        leaveRest();
        pieces.clear();
        closeInflater();
        refuse.accept(error);
    }

    private void onEnd() {
        stopWaiting();
        if (refused) {
            return;
        }
        if (inflater != null) {
            inflater.end();
        } else {
            finish();
        }
    }

    private void finish() {
        HttpBytes body;
        try {
            body = pieces.join();
        } catch (OutOfMemoryError full) {
            refuse(Serving.noMemory());
            return;
        }
        complete.handle(body);
    }

    private void release() {
        bodies.budget().release(reservedBytes);
        reservedBytes = 0;
        refused = true; // nobody waits for the rest
        closeInflater();
    }

    private void closeInflater() {
        if (inflater != null) {
            inflater.close();
        }
    }
}
