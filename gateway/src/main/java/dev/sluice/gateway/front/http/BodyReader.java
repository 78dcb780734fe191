package dev.sluice.gateway.front.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects a request's body up to a limit.
 *
 * <p>A body in one piece is passed on as it is; pieces are joined once, at the end. Nothing is set aside for what a
 * client only promises to send. What comes after a refusal is read and thrown away, so that the connection can go on,
 * but not for ever: a client that keeps sending is cut off.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code limitBytes} kept; as much again thrown away before the connection is closed
 * @owns the pieces until the body is complete
 */
final class BodyReader {

    private final HttpServerRequest request;
    private final long limitBytes;
    private final List<Buffer> pieces = new ArrayList<>(2);
    private long receivedBytes;
    private boolean refused;

    private BodyReader(HttpServerRequest request, long limitBytes) {
        this.request = request;
        this.limitBytes = limitBytes;
    }

    /** Exactly one of the two is called, unless the connection breaks first. */
    static void read(HttpServerRequest request, long limitBytes, Handler<Buffer> complete, Runnable tooLarge) {
        BodyReader reader = new BodyReader(request, limitBytes);
        if (declaredLength(request) > limitBytes) {
            reader.refused = true;
            tooLarge.run();
        }
        request.handler(piece -> reader.onPiece(piece, tooLarge));
        request.endHandler(end -> reader.onEnd(complete));
    }

    /** Reads the body to nowhere, for a request that has been refused already. */
    static void discard(HttpServerRequest request, long limitBytes) {
        BodyReader reader = new BodyReader(request, limitBytes);
        reader.refused = true;
        request.handler(piece -> reader.onPiece(piece, () -> {}));
    }

    private static long declaredLength(HttpServerRequest request) {
        String declared = request.getHeader("content-length");
        try {
            return declared == null ? 0 : Long.parseLong(declared);
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    private void onPiece(Buffer piece, Runnable tooLarge) {
        receivedBytes += piece.length();
        if (refused) {
            if (receivedBytes > 2 * limitBytes) {
                request.connection().close();
            }
            return;
        }
        if (receivedBytes > limitBytes) {
            refused = true;
            pieces.clear();
            tooLarge.run();
            return;
        }
        pieces.add(piece);
    }

    private void onEnd(Handler<Buffer> complete) {
        if (!refused) {
            complete.handle(joined());
        }
    }

    private Buffer joined() {
        if (pieces.size() == 1) {
            return pieces.getFirst();
        }
        Buffer whole = Buffer.buffer((int) receivedBytes);
        pieces.forEach(whole::appendBuffer);
        return whole;
    }
}
