package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.SlowClients;
import dev.sluice.gateway.front.http.WaitTimer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;

/**
 * The messages of one connection that its client has not taken yet, handed on no faster than it takes them.
 *
 * <p>A long one goes out in fragments of {@value #SLICE_BYTES} bytes, whose taking is how progress is seen: who takes not one in
 * {@code http.write_timeout} loses the connection.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code http.max_unsent_size}, those that are held for their turn included; the connection keeps to it
 */
final class Outbox {

    private static final int SLICE_BYTES = 64 << 10;

    private final FrameSocket socket;
    private final Channel channel;
    private final SlowClients slowClients;
    private final Runnable moved;
    private final WaitTimer timer;
    private final ArrayDeque<Outgoing> messages = new ArrayDeque<>();
    private int handedBytes;
    private int slicesOnTheirWay;
    private long movedNanos;
    private long bytes;
    private boolean ended;

    /** @param moved is run when the client has taken a whole message */
    Outbox(FrameSocket socket, FrontConnection connection, Duration patience, Runnable moved) {
        this.socket = socket;
        this.channel = connection.channel();
        this.slowClients = connection.slowClients();
        this.moved = moved;
        this.timer = new WaitTimer(channel.eventLoop(), patience, this::waitingSince, this::giveUp);
    }

    /** Bytes of messages that have been made and not been taken. */
    long bytes() {
        return bytes;
    }

    /** Whether all of them have been handed on, though perhaps not taken. */
    boolean isHandedOn() {
        return messages.isEmpty();
    }

    /** Counts a message that has been made, whether it may leave now or not. */
    Outgoing owe(Outgoing message) {
        count(message.length());
        return message;
    }

    /** Sends one that has been counted. */
    void send(Outgoing message) {
        messages.addLast(message);
        if (slicesOnTheirWay == 0) {
            movedNanos = timer.nanos();
        }
        timer.begin();
        handOn();
    }

    /** Hands on as much as the client takes. */
    void handOn() {
        while (!ended && !messages.isEmpty() && socket.isWritable()) {
            handSlice(messages.getFirst());
        }
    }

    private void handSlice(Outgoing message) {
        int from = handedBytes;
        int length = message.length();
        int to = Math.min(from + SLICE_BYTES, length);
        boolean end = to == length;
        WebSocketFrame frame = frame(message, from, message.bytes().retainedSlice(from, to - from), end);
        handedBytes = end ? 0 : to;
        if (end) {
            messages.removeFirst();
        }
        slicesOnTheirWay++;
        socket.write(frame).addListener(taken -> taken(end ? length : 0));
    }

    private static WebSocketFrame frame(Outgoing message, int from, ByteBuf slice, boolean end) {
        if (from > 0) {
            return new ContinuationWebSocketFrame(end, 0, slice);
        }
        int reserved = message.deflated() ? PerMessageDeflate.RSV1 : 0;
        return message.text()
                ? new TextWebSocketFrame(end, reserved, slice)
                : new BinaryWebSocketFrame(end, reserved, slice);
    }

    private void taken(int messageBytes) {
        slicesOnTheirWay--;
        movedNanos = timer.nanos();
        if (messageBytes > 0 && !ended) {
            count(-messageBytes);
            moved.run();
        }
    }

    private OptionalLong waitingSince() {
        return slicesOnTheirWay == 0 && messages.isEmpty() ? OptionalLong.empty() : OptionalLong.of(movedNanos);
    }

    /** Begins at the socket, because nothing that would have to be written first gets out. */
    private void giveUp() {
        slowClients.answerGivenUp();
        channel.pipeline().firstContext().close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private void count(long more) {
        bytes += more;
        slowClients.unsent(more);
    }

    /** Nothing more is handed on; what has been is still waited for. */
    void end() {
        ended = true;
        messages.clear();
    }

    /** The connection has closed. */
    void stop() {
        end();
        timer.stop();
        count(-bytes);
    }
}
