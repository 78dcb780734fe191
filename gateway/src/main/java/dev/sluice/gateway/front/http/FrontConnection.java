package dev.sluice.gateway.front.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: whether a request of it is being answered, and how it ends.
 *
 * @thread the front loop of the connection, but for {@link #leave}
 */
final class FrontConnection {

    private static final AttributeKey<FrontConnection> KEY = AttributeKey.valueOf(FrontConnection.class, "self");

    /** The gateway's own patience ends before. */
    private static final long LONG_SECONDS = TimeUnit.DAYS.toSeconds(1);

    private final Channel channel;
    private int openRequests;
    private @Nullable HttpConnection http2;

    private FrontConnection(Channel channel) {
        this.channel = channel;
    }

    /** To be called once, when the connection has been accepted. */
    static FrontConnection on(Channel channel) {
        FrontConnection connection = new FrontConnection(channel);
        channel.attr(KEY).set(connection);
        return connection;
    }

    private static @Nullable FrontConnection of(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                ? base.channel().attr(KEY).get()
                : null;
    }

    /** The protocol of a connection is known, or has changed by upgrade. */
    static void speaks(HttpConnection connection) {
        FrontConnection self = of(connection);
        if (self != null && StreamLimit.isHttp2(connection)) {
            self.http2 = connection;
        }
    }

    /** The head of a request has come. */
    static void begun(HttpServerRequest request) {
        FrontConnection self = of(request.connection());
        if (self != null) {
            self.openRequests++;
        }
    }

    /** The last byte of its answer has been handed on. */
    static void answered(HttpServerRequest request) {
        FrontConnection self = of(request.connection());
        if (self != null) {
            self.openRequests--;
        }
    }

    /**
     * Ends the connection behind an answer that says so. While a body is still on its way that is left to the client,
     * who would otherwise lose the answer to what it sends.
     */
    static void end(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 && request.isEnded()) {
            request.connection().close();
        }
    }

    /** Ends the connection now if it has nothing to do, and tells a client of HTTP/2 to open no more streams. */
    void leave() {
        channel.eventLoop().execute(() -> {
            if (http2 != null) {
                http2.shutdown(LONG_SECONDS, TimeUnit.SECONDS);
            } else if (openRequests == 0) {
                channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            }
        });
    }
}
