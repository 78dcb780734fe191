package dev.sluice.gateway.front.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

/**
 * A protocol whose requests come on our connections and are not for our routes.
 *
 * @thread confined to one front loop
 */
public interface OtherProtocol extends Handler<HttpServerRequest> {

    int SHARED_PORT = 0;

    /** The port of its own that it listens on, negative for any free one; {@link #SHARED_PORT} where it has that of HTTP. */
    int ownPort();

    /** Whether that request is for it, going by its head. */
    boolean takes(HttpServerRequest request);

    /** Hears its own port once the socket is open. */
    void listening(int port);

    /**
     * Makes one for each front loop.
     *
     * @thread called on the loop that it is for
     */
    @FunctionalInterface
    interface Factory {

        OtherProtocol on(LoopParts loop);
    }
}
