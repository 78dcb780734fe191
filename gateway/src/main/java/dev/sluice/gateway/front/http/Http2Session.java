package dev.sluice.gateway.front.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * How an HTTP/2 connection ends that nobody needs any more: with word of the last stream that was looked at, and when all that
 * was written has left.
 *
 * <p>Vert.x cuts a silent connection, streams and all, without a word. Here one with a stream open is asked by a PING whether its
 * client is still there; only one without is idle. And Netty, told to close behind the last stream, counts a stream as over
 * whose answer it has not written to the socket yet, when that was given before the end of the request was read.
 *
 * @thread the front loop of the connection
 * @source RFC 9113, sections 6.7 and 6.8
 */
final class Http2Session extends ChannelInboundHandlerAdapter {

    private static final int NO_ERROR = 0;
    private static final int ALL_STREAMS = Integer.MAX_VALUE;

    /** What one turn writes leaves in one go; but no more than so many answers wait for the last of them. */
    private static final int MAX_FLUSHES = 256;

    private static final Buffer PING = Buffer.buffer(new byte[Long.BYTES]);

    private final HttpConnection connection;
    private final Http2ConnectionHandler http2;
    private final Channel channel;
    private final Http2Windows windows;
    private boolean leaving;
    private boolean asked;
    private boolean heard;

    private Http2Session(HttpConnection connection, Http2ConnectionHandler http2, Channel channel) {
        this.connection = connection;
        this.http2 = http2;
        this.channel = channel;
        this.windows = Http2Windows.of(http2);
    }

    /**
     * Of that connection; null if it speaks HTTP/1.1.
     *
     * @param idle is run whenever no stream is open any more, and so nothing of an answer is unsent
     */
    static @Nullable Http2Session of(HttpConnection connection, Runnable idle) {
        if (!(connection instanceof ConnectionBase base)
                || !(base.channelHandlerContext().handler() instanceof Http2ConnectionHandler http2)) {
            return null;
        }
        Http2Session session = new Http2Session(connection, http2, base.channel());
        http2.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                if (!session.hasStreams()) {
                    idle.run();
                    session.endIfLeft();
                }
            }
        });
        ChannelPipeline pipeline = base.channel().pipeline();
        String name = base.channelHandlerContext().name();
        pipeline.addBefore(name, Http2Session.class.getName(), session);
        pipeline.addBefore(name, null, new FlushConsolidationHandler(MAX_FLUSHES, true));
        return session;
    }

    /**
     * Holds the client to the number of streams that our settings allow, whether it has acknowledged them or not: Netty lets
     * settings bind a client once it has, and one that never does could open streams without end. Those that are too many are
     * refused one by one, which says that they may be tried again.
     */
    void holdTo(int maxStreams) {
        http2.connection().remote().maxActiveStreams(maxStreams);
    }

    /** How much of its answers the client takes. */
    Http2Windows windows() {
        return windows;
    }

    private boolean hasStreams() {
        return http2.connection().numActiveStreams() > 0;
    }

    /** Ends when the streams have that are there, and asks the client to open no more. */
    void leave() {
        leaving = true;
        connection.goAway(NO_ERROR, ALL_STREAMS);
        endIfLeft();
    }

    /** In a later turn, in which what has been read has been looked at. */
    private void endIfLeft() {
        if (leaving) {
            channel.eventLoop().execute(() -> {
                if (!hasStreams()) {
                    end();
                }
            });
        }
    }

    /** Closing waits for what has been written, because no stream is open. */
    private void end() {
        connection.goAway(NO_ERROR);
        channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        heard = true;
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof IdleStateEvent)) {
            context.fireUserEventTriggered(event);
        } else if (!hasStreams()) {
            end();
        } else if (asked && !heard) {
            context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        } else {
            asked = true;
            heard = false;
            connection.ping(PING);
        }
    }
}
