package dev.sluice.gateway.front.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ShutdownEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a connection's handlers once it speaks WebSocket: pongs, the closing handshake, and reading that can be stopped.
 *
 * <p>Vert.x makes the handshake; then this takes the place of its handler, which would keep the HTTP connection, the request
 * and a queue of 4 KiB for each of the two for as long as the WebSocket lives. Everything is run on the context of the loop.
 *
 * @thread confined to the front loop of its connection
 * @bound while nothing is read it keeps what one read has brought
 */
final class FrameSocket extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FrameSocket.class);

    /** What a client has to answer our close frame, before the connection is closed all the same. */
    private static final int CLOSING_SECONDS = 3;

    private final Channel channel;
    private final ContextInternal loop;
    private final Listener listener;
    private final ArrayDeque<WebSocketFrame> held = new ArrayDeque<>();
    private boolean paused;
    private boolean handingOn;
    private boolean closeSent;
    private @Nullable Future<?> endOfPatience;

    FrameSocket(Channel channel, ContextInternal loop, Listener listener) {
        this.channel = channel;
        this.loop = loop;
        this.listener = listener;
    }

    /**
     * Hears what comes.
     *
     * @thread the front loop of the connection
     */
    interface Listener {

        /** A frame of a message. */
        void onFrame(WebSocketFrame frame);

        /** The client has taken something: it may be sent more. */
        void onWritable();

        /** The client has said that it goes. */
        void onClosing();

        /** The connection has gone. */
        void onClosed();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case PingWebSocketFrame ping -> say(new PongWebSocketFrame(ping.content()));
            case CloseWebSocketFrame close -> answerClose(close);
            case PongWebSocketFrame pong -> pong.release();
            case WebSocketFrame frame -> {
                held.addLast(frame);
                handOn();
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void handOn() {
        if (handingOn) {
            return;
        }
        handingOn = true;
        try {
            for (WebSocketFrame next = next(); next != null; next = next()) {
                if (!closeSent) {
                    loop.dispatch(next, listener::onFrame);
                }
            }
        } finally {
            handingOn = false;
        }
    }

    private @Nullable WebSocketFrame next() {
        return paused ? null : held.pollFirst();
    }

    /** Stops reading; the client will notice when its socket is full. */
    void pause() {
        paused = true;
        channel.config().setAutoRead(false);
    }

    void resume() {
        paused = false;
        handOn();
        if (!paused) {
            channel.config().setAutoRead(true);
        }
    }

    /** Whether more may be written without waiting in our memory. */
    boolean isWritable() {
        return channel.isWritable();
    }

    ChannelFuture write(WebSocketFrame frame) {
        return channel.writeAndFlush(frame);
    }

    void ping() {
        say(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
    }

    private void say(WebSocketFrame control) {
        write(control).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Says why, waits a little for the client to say the same, and closes. */
    void close(CloseCode code, String reason) {
        if (!closeSent) {
            closeSent = true;
            awaitAnswer(); // from now on: a client that takes nothing would never be told
            write(new CloseWebSocketFrame(code.code(), reason)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    private void awaitAnswer() {
        endOfPatience = channel.eventLoop().schedule(this::cut, CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    private void answerClose(CloseWebSocketFrame close) {
        if (closeSent) {
            close.release();
            cut();
        } else {
            closeSent = true;
            loop.dispatch(nothing -> listener.onClosing());
            ByteBuf sameReason = close.content();
            awaitAnswer();
            write(new CloseWebSocketFrame(true, 0, sameReason)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void cut() {
        channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            loop.dispatch(nothing -> listener.onWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        held.clear();
        if (endOfPatience != null) {
            endOfPatience.cancel(false);
        }
        loop.dispatch(nothing -> listener.onClosed());
    }

    /** How Vert.x ends what is left when the process ends. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ShutdownEvent) {
            cut();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("a WebSocket connection failed", cause);
        }
        cut();
    }
}
