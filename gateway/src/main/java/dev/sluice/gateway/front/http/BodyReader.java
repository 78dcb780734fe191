package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body up to a limit.
 *
 * <p>A body in one piece is passed on as it is; further pieces are joined as they come, however small they are. Nothing is
 * set aside for what a client only promises to send. A compressed body is inflated as it comes and counted by its inflated
 * bytes; the compressed ones are not kept. What comes after a refusal is read and thrown away, so that the
 * connection can go on, but not for ever: a client that keeps sending is cut off.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code limitBytes} kept, and together with all other bodies the budget; as much as the limit again is thrown
 *     away before the connection is closed
 * @errors PayloadTooLarge at the limit, Overloaded when the budget is spent, InvalidRequest for a corrupt compressed
 *     body, UnsupportedMediaType for a coding that we do not read
 * @owns the body, and its bytes of the budget until the request has been answered or its connection has gone
 */
final class BodyReader {

    private final HttpServerRequest request;
    private final long limitBytes;
    private final ByteBudget budget;
    private final @Nullable BodyInflater inflater;
    private @Nullable Buffer onlyPiece;
    private byte[] joined = new byte[0];
    private int length;
    private long receivedBytes;
    private long reservedBytes;
    private boolean refused;

    private BodyReader(HttpServerRequest request, long limitBytes, ByteBudget budget, ContentCoding coding) {
        this.request = request;
        this.limitBytes = Math.min(limitBytes, budget.maxBytes());
        this.budget = budget;
        this.inflater = coding == ContentCoding.IDENTITY ? null : new BodyInflater(coding, this::takeInflated);
    }

    /** Exactly one of the two is called, unless the connection breaks first. */
    static void read(
            HttpServerRequest request,
            long limitBytes,
            ByteBudget budget,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        ContentCoding coding;
        try {
            coding = ContentCoding.ofBody(request);
        } catch (InferenceException unknown) {
            discard(request, limitBytes, budget);
            refuse.accept(unknown.error());
            return;
        }
        BodyReader reader = new BodyReader(request, limitBytes, budget, coding);
        request.response().endHandler(over -> reader.release());
        if (declaredLength(request) > reader.limitBytes) {
            reader.refuse(new InferenceError.PayloadTooLarge(reader.limitBytes), refuse);
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(piece -> reader.onPiece(piece, refuse));
        request.endHandler(end -> reader.onEnd(complete, refuse));
    }

    /** Reads the body to nowhere, for a request that has been refused already. */
    static void discard(HttpServerRequest request, long limitBytes, ByteBudget budget) {
        BodyReader reader = new BodyReader(request, limitBytes, budget, ContentCoding.IDENTITY);
        reader.refused = true;
        request.handler(piece -> reader.onPiece(piece, error -> {}));
    }

    private static long declaredLength(HttpServerRequest request) {
        String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return declared == null ? 0 : Long.parseLong(declared);
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    private void onPiece(Buffer piece, Consumer<InferenceError> refuse) {
        receivedBytes += piece.length();
        if (refused) {
            if (receivedBytes > 2 * limitBytes) {
                cutOff();
            }
        } else if (receivedBytes > limitBytes) {
            refuse(new InferenceError.PayloadTooLarge(limitBytes), refuse);
        } else {
            try {
                take(piece);
            } catch (InferenceException refusal) {
                refuse(refusal.error(), refuse);
            }
        }
    }

    /** The refusal has been sent, so HTTP/2 has a code for it: no error, but send no more (RFC 9113, section 8.1). */
    private void cutOff() {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(0);
        } else {
            request.connection().close();
        }
    }

    private void take(Buffer piece) {
        if (inflater == null) {
            reserve(piece.length());
            keep(piece);
        } else {
            inflater.feed(HttpBytes.of(piece));
        }
    }

    private void takeInflated(byte[] bytes, int count) {
        if (length + (long) count > limitBytes) {
            throw new InferenceException(new InferenceError.PayloadTooLarge(limitBytes));
        }
        reserve(count);
        makeRoom(count);
        System.arraycopy(bytes, 0, joined, length, count);
        length += count;
    }

    private void reserve(int bytes) {
        if (!budget.tryReserve(bytes)) {
            throw new InferenceException(new InferenceError.Overloaded(
                    "the server holds " + budget.heldBytes() + " bytes of request bodies and takes no more",
                    InferenceError.RETRY_SOON_MILLIS));
        }
        reservedBytes += bytes;
    }

    private void refuse(InferenceError error, Consumer<InferenceError> refuse) {
        refused = true;
        onlyPiece = null;
        joined = new byte[0];
        closeInflater();
        refuse.accept(error);
    }

    private void keep(Buffer piece) {
        if (onlyPiece == null && length == 0) {
            onlyPiece = piece;
            return;
        }
        if (onlyPiece != null) {
            append(onlyPiece);
            onlyPiece = null;
        }
        append(piece);
    }

    private void append(Buffer piece) {
        makeRoom(piece.length());
        piece.getBytes(joined, length);
        length += piece.length();
    }

    private void makeRoom(int more) {
        int needed = length + more;
        if (needed > joined.length) {
            long doubled = Math.min(limitBytes, Math.max(needed, 2L * joined.length));
            long known = inflater == null ? declaredLength(request) : 0;
            joined = Arrays.copyOf(joined, (int) (known > needed ? Math.min(doubled, known) : doubled));
        }
    }

    private void onEnd(Handler<HttpBytes> complete, Consumer<InferenceError> refuse) {
        if (refused) {
            return;
        }
        try {
            if (inflater != null) {
                inflater.end();
            }
        } catch (InferenceException refusal) {
            refuse(refusal.error(), refuse);
            return;
        }
        closeInflater();
        complete.handle(onlyPiece == null ? new HttpBytes(joined, 0, length) : HttpBytes.of(onlyPiece));
    }

    private void release() {
        budget.release(reservedBytes);
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
