package dev.sluice.gateway.front.http;

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
 * inflated bytes; the compressed ones are kept no longer than they wait for that. What comes after a refusal is read and
 * thrown away, so that the connection can go on, but not for ever: a client that keeps sending is cut off, and so is one
 * whose body has not come whole when the deadline passes.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code limitBytes} kept, and together with all other bodies the budget; as much as the limit again is thrown
 *     away before the connection is closed, or the stream of HTTP/2 reset
 * @errors PayloadTooLarge at the limit, DeadlineExceeded, Overloaded when the budget or the heap is spent,
 *     InvalidRequest for a malformed chunk or a corrupt compressed body, UnsupportedMediaType for a coding that we do not
 *     read
 * @owns the body, and its bytes of the budget until the request has been answered or its connection has gone
 */
final class BodyReader {

    private final HttpServerRequest request;
    private final long limitBytes;
    private final Bodies bodies;
    private final Handler<HttpBytes> complete;
    private final Consumer<InferenceError> refuse;
    private final long headNanos;
    private @Nullable Runnable stopWaiting;
    private final BodyPieces pieces = new BodyPieces();
    private @Nullable SlicedInflater inflater;
    private long receivedBytes;
    private long reservedBytes;
    private boolean refused;

    private BodyReader(
            HttpServerRequest request,
            long limitBytes,
            Bodies bodies,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        this.request = request;
        this.limitBytes = Math.min(limitBytes, bodies.budget().maxBytes());
        this.bodies = bodies;
        this.complete = complete;
        this.refuse = refuse;
        this.headNanos = bodies.ticker().nanos();
    }

    /** Exactly one of the two is called, unless the connection breaks first. */
    static void read(
            HttpServerRequest request,
            long limitBytes,
            Bodies bodies,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        ContentCoding coding;
        try {
            coding = ContentCoding.ofBody(request);
        } catch (InferenceException unknown) {
            discard(request, limitBytes, bodies);
            refuse.accept(unknown.error());
            return;
        }
        BodyReader reader = new BodyReader(request, limitBytes, bodies, complete, refuse);
        if (coding != ContentCoding.IDENTITY) {
            reader.inflateAs(coding);
        }
        reader.begin();
    }

    /** Reads the body to nowhere, for a request that has been refused already. */
    static void discard(HttpServerRequest request, long limitBytes, Bodies bodies) {
        BodyReader reader = new BodyReader(request, limitBytes, bodies, body -> {}, error -> {});
        reader.refused = true;
        reader.listen();
    }

    private void inflateAs(ContentCoding coding) {
        inflater = new SlicedInflater(
                new BodyInflater(coding, this::takeInflated), bodies, this::finish, failure -> refuse(failure.error()));
    }

    private void begin() {
        request.response().headersEndHandler(answered -> release()); // a slow reader holds its answer, not its body
        request.response().endHandler(over -> release());
        if (declaredLength(request) > limitBytes) {
            refuse(new InferenceError.PayloadTooLarge(limitBytes));
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        listen();
    }

    private void listen() {
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
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        refuse(error);
        cutOff();
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
            if (receivedBytes > 2 * limitBytes) {
                cutOff();
            }
        } else if (receivedBytes > limitBytes) {
            refuse(new InferenceError.PayloadTooLarge(limitBytes));
        } else {
            take(piece);
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
        if (request.version() == HttpVersion.HTTP_2 && !FrontConnection.isUpgrading(request)) {
            request.response().reset(0);
        } else {
            request.connection().close();
        }
    }

    private void takeInflated(byte[] bytes, int count) {
        if (pieces.length() + (long) count > limitBytes) {
            throw new InferenceException(new InferenceError.PayloadTooLarge(limitBytes));
        }
        reserve(count);
        pieces.copy(bytes, 0, count);
    }

    private void reserve(int bytes) {
        bodies.budget().reserve(bytes);
        reservedBytes += bytes;
    }

    private void refuse(InferenceError error) {
        refused = true;
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
