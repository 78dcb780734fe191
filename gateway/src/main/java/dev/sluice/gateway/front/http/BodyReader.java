package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body up to a limit.
 *
 * <p>A body in one piece is passed on as it is; further pieces are joined as they come, however small they are. Nothing is
 * set aside for what a client only promises to send. What comes after a refusal is read and thrown away, so that the
 * connection can go on, but not for ever: a client that keeps sending is cut off.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code limitBytes} kept, and together with all other bodies the budget; as much as the limit again is thrown
 *     away before the connection is closed
 * @errors PayloadTooLarge at the limit, Overloaded when the budget is spent
 * @owns the body, and its bytes of the budget until the request has been answered or its connection has gone
 */
final class BodyReader {

    private final HttpServerRequest request;
    private final long limitBytes;
    private final ByteBudget budget;
    private @Nullable Buffer onlyPiece;
    private byte[] joined = new byte[0];
    private int length;
    private long receivedBytes;
    private long reservedBytes;
    private boolean refused;

    private BodyReader(HttpServerRequest request, long limitBytes, ByteBudget budget) {
        this.request = request;
        this.limitBytes = Math.min(limitBytes, budget.maxBytes());
        this.budget = budget;
    }

    /** Exactly one of the two is called, unless the connection breaks first. */
    static void read(
            HttpServerRequest request,
            long limitBytes,
            ByteBudget budget,
            Handler<HttpBytes> complete,
            Consumer<InferenceError> refuse) {
        BodyReader reader = new BodyReader(request, limitBytes, budget);
        request.response().endHandler(over -> reader.releaseBudget());
        if (declaredLength(request) > reader.limitBytes) {
            reader.refuse(new InferenceError.PayloadTooLarge(reader.limitBytes), refuse);
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(piece -> reader.onPiece(piece, refuse));
        request.endHandler(end -> reader.onEnd(complete));
    }

    /** Reads the body to nowhere, for a request that has been refused already. */
    static void discard(HttpServerRequest request, long limitBytes, ByteBudget budget) {
        BodyReader reader = new BodyReader(request, limitBytes, budget);
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
                request.connection().close();
            }
        } else if (receivedBytes > limitBytes) {
            refuse(new InferenceError.PayloadTooLarge(limitBytes), refuse);
        } else if (!budget.tryReserve(piece.length())) {
            refuse(
                    new InferenceError.Overloaded(
                            "the server holds " + budget.heldBytes() + " bytes of request bodies and takes no more",
                            InferenceError.RETRY_SOON_MILLIS),
                    refuse);
        } else {
            reservedBytes += piece.length();
            keep(piece);
        }
    }

    private void refuse(InferenceError error, Consumer<InferenceError> refuse) {
        refused = true;
        onlyPiece = null;
        joined = new byte[0];
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
        int needed = length + piece.length();
        if (needed > joined.length) {
            long doubled = Math.max(needed, 2L * joined.length);
            long known = Math.max(needed, declaredLength(request));
            joined = Arrays.copyOf(joined, (int) Math.min(doubled, known > needed ? known : doubled));
        }
        piece.getBytes(joined, length);
        length = needed;
    }

    private void onEnd(Handler<HttpBytes> complete) {
        if (!refused) {
            complete.handle(onlyPiece == null ? new HttpBytes(joined, 0, length) : HttpBytes.of(onlyPiece));
        }
    }

    private void releaseBudget() {
        budget.release(reservedBytes);
        reservedBytes = 0;
    }
}
