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
 * @bound while nothing is read it keeps what one read has brought, compressed as it came; 512 KiB are inflated in a turn
 */
final class FrameSocket extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FrameSocket.class);

    /** What a client has to answer our close frame, before the connection is closed all the same. */
    private static final int CLOSING_SECONDS = 3;

    /** By timer, because a loop runs what is merely handed to it before it looks at its other sockets. */
    private static final long REST_MILLIS = 1;

    private final Channel channel;
    private final ContextInternal loop;
    private final Listener listener;
    private final ArrivedFrames arrived;
    private boolean paused;
    private boolean resting;
    private boolean handingOn;
    private boolean closeSent;
    private @Nullable Future<?> endOfPatience;
    private @Nullable Future<?> endOfRest;

    FrameSocket(Channel channel, ContextInternal loop, ArrivedFrames arrived, Listener listener) {
        this.channel = channel;
        this.loop = loop;
        this.arrived = arrived;
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

        /** What has come cannot be read, and nothing more is. */
        void violated(CloseCode code, String reason);

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
                if (!closeSent) {
                    arrived.add(frame);
                    handOn();
                }
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!resting) {
            arrived.beginTurn();
        }
    }

    private void handOn() {
        if (handingOn) {
            return;
        }
        handingOn = true;
        try {
            for (WebSocketFrame next = next(); next != null; next = next()) {
                loop.dispatch(next, listener::onFrame);
            }
        } catch (ArrivedFrames.Unreadable what) {
            loop.dispatch(nothing -> listener.violated(what.code(), what.reason()));
        } finally {
            handingOn = false;
        }
    }

    private @Nullable WebSocketFrame next() throws ArrivedFrames.Unreadable {
        if (paused || resting || closeSent) {
            return null;
        }
        if (arrived.hasHadItsTurn()) {
            rest();
            return null;
        }
        return arrived.next();
    }

    /** Goes on when the other connections of the loop have had their turn. */
    private void rest() {
        resting = true;
        channel.config().setAutoRead(false);
        endOfRest = channel.eventLoop().schedule(this::goOn, REST_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void goOn() {
        resting = false;
        arrived.beginTurn();
        readOn();
    }

    /** Stops reading; the client will notice when its socket is full. */
    void pause() {
        paused = true;
        channel.config().setAutoRead(false);
    }

    void resume() {
        paused = false;
        readOn();
    }

    private void readOn() {
        handOn();
        if (!paused && !resting && channel.isOpen()) {
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
            readNoMore();
            awaitAnswer(); // from now on: a client that takes nothing would never be told
            write(new CloseWebSocketFrame(code.code(), reason)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    /** From now on only a close frame matters. */
    private void readNoMore() {
        closeSent = true;
        arrived.close();
    }

    private void awaitAnswer() {
        endOfPatience = channel.eventLoop().schedule(this::cut, CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    private void answerClose(CloseWebSocketFrame close) {
        if (closeSent) {
            close.release();
            cut();
        } else {
            readNoMore();
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
        arrived.close();
        stop(endOfPatience);
        stop(endOfRest);
        loop.dispatch(nothing -> listener.onClosed());
    }

    private static void stop(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
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
