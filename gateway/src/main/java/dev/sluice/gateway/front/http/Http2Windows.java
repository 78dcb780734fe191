package dev.sluice.gateway.front.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of each answer the client of an HTTP/2 connection takes, and when it takes more.
 *
 * <p>Netty keeps what is beyond a stream's window, counts it against the window of the whole connection, and lets no stream
 * write once that is used up. So nothing beyond its window is given to it: what it keeps can leave as soon as the connection
 * may send, and a stream that is not read holds up no other.
 *
 * @thread the front loop of the connection
 * @source RFC 9113, section 5.2
 */
final class Http2Windows {

    /** Of a stream that is over, where nothing stands in the way: what is handed on fails at once. */
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final Http2ConnectionHandler http2;
    private final Http2Connection.PropertyKey whenMore;

    private Http2Windows(Http2ConnectionHandler http2) {
        this.http2 = http2;
        this.whenMore = http2.connection().newKey();
    }

    /** Of that connection, whose first settings have been read. */
    static Http2Windows of(Http2ConnectionHandler http2) {
        Http2Windows windows = new Http2Windows(http2);
        http2.decoder().frameListener(windows.new Listener(http2.decoder().frameListener()));
        http2.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                windows.tell(stream);
            }
        });
        return windows;
    }

    /** How many bytes that stream may send; less than none where the client has taken back what it had allowed. */
    int window(int streamId) {
        @Nullable Http2Stream stream = http2.connection().stream(streamId);
        return stream == null || stream.state() == Http2Stream.State.CLOSED
                ? NO_LIMIT
                : http2.encoder().flowController().windowSize(stream);
    }

    /** Runs that whenever the stream may send more, and when it is over. */
    void whenMore(int streamId, Runnable action) {
        @Nullable Http2Stream stream = http2.connection().stream(streamId);
        if (stream != null) {
            stream.setProperty(whenMore, action);
        }
    }

    private boolean tell(@Nullable Http2Stream stream) {
        @Nullable Runnable action = stream == null ? null : stream.getProperty(whenMore);
        if (action != null) {
            action.run();
        }
        return true;
    }

    /**
     * Hears it after Netty has counted it.
     *
     * @thread the front loop of the connection
     */
    private final class Listener extends Http2FrameListenerDecorator {

        Listener(Http2FrameListener vertx) {
            super(vertx);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int more) throws Http2Exception {
            super.onWindowUpdateRead(context, streamId, more);
            tell(http2.connection().stream(streamId));
        }

        /** They may say how much all streams may send. */
        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            super.onSettingsRead(context, settings);
            http2.connection().forEachActiveStream(Http2Windows.this::tell);
        }
    }
}
