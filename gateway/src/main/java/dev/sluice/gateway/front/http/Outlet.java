package dev.sluice.gateway.front.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one answer leave, and how many of them it takes now.
 *
 * @thread the front loop of the connection
 * @bound {@value #MOST_BYTES} on their way to the socket, and on HTTP/2 no more than the client has asked for
 */
final class Outlet {

    /** As much as {@link FrontTransport} lets wait for the socket. */
    static final int MOST_BYTES = 64 << 10;

    private final HttpServerRequest request;
    private final @Nullable Http2Windows windows;
    private int bytesOnTheirWay;

    /** @param windows null on HTTP/1.1 */
    Outlet(HttpServerRequest request, @Nullable Http2Windows windows) {
        this.request = request;
        this.windows = windows;
    }

    HttpServerRequest request() {
        return request;
    }

    /** How many bytes may be handed on; less than one while it takes none. */
    int room() {
        int window = windows == null ? MOST_BYTES : Math.min(MOST_BYTES, windows.window(request.streamId()));
        return window - bytesOnTheirWay;
    }

    /** Runs that whenever the client asks for more, and when it has gone; that bytes have left tells their future. */
    void whenMore(Runnable action) {
        if (windows != null) {
            windows.whenMore(request.streamId(), action);
        }
    }

    /** The head alone, while there is no room for more; nothing if it has left. */
    void writeHead() {
        if (!request.response().headWritten()) {
            request.response().writeHead();
        }
    }

    /** Complete when they have left. */
    Future<Void> write(Buffer bytes) {
        bytesOnTheirWay += bytes.length();
        return request.response().write(bytes).onComplete(left -> bytesOnTheirWay -= bytes.length());
    }

    /** The last bytes of the answer. */
    Future<Void> end(Buffer bytes) {
        return request.response().end(bytes);
    }
}
