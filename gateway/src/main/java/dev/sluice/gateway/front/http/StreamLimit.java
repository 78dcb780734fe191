package dev.sluice.gateway.front.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * Holds an HTTP/2 client to the number of streams that our settings allow, whether it has acknowledged them or not.
 *
 * <p>Netty lets settings bind a client once it has acknowledged them, and a client that never does could open streams
 * without end. Those that are too many are refused one by one, which says that they may be tried again.
 *
 * @thread the front loop of the connection
 * @source RFC 9113, sections 5.1.2 and 6.5.3
 */
final class StreamLimit {

    private StreamLimit() {}

    /** Does nothing to a connection of HTTP/1.1. */
    static void hold(HttpConnection connection, int maxStreams) {
        Http2ConnectionHandler http2 = http2(connection);
        if (http2 != null) {
            http2.connection().remote().maxActiveStreams(maxStreams);
        }
    }

    /** Tells when no stream is open any more, and so nothing of an answer is unsent. Does nothing to HTTP/1.1. */
    static void whenIdle(HttpConnection connection, Runnable idle) {
        Http2ConnectionHandler http2 = http2(connection);
        if (http2 != null) {
            http2.connection().addListener(new Http2ConnectionAdapter() {
                @Override
                public void onStreamClosed(Http2Stream stream) {
                    if (http2.connection().numActiveStreams() == 0) {
                        idle.run();
                    }
                }
            });
        }
    }

    static boolean isHttp2(HttpConnection connection) {
        return http2(connection) != null;
    }

    private static @Nullable Http2ConnectionHandler http2(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                        && base.channelHandlerContext().handler() instanceof Http2ConnectionHandler handler
                ? handler
                : null;
    }
}
