package dev.sluice.gateway.front.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.http.SlicedInflater;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much of a compressed message is inflated, and when. */
class FrameSocketTest {

    private static final int MAX_BYTES = 8 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Taker taker = new Taker();
    private final FrameSocket socket = new FrameSocket(channel, context(), new ArrivedFrames(MAX_BYTES, true), taker);

    /** Takes so many bytes, and then stops reading. */
    private final class Taker implements FrameSocket.Listener {

        private int mostBytes = Integer.MAX_VALUE;
        private int bytes;
        private int messages;

        @Override
        public void onFrame(WebSocketFrame frame) {
            bytes += frame.content().readableBytes();
            messages += frame.isFinalFragment() ? 1 : 0;
            if (bytes >= mostBytes) {
                socket.pause();
            }
        }

        @Override
        public void violated(CloseCode code, String reason) {
            throw new AssertionError(code + ": " + reason);
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosing() {}

        @Override
        public void onClosed() {}
    }

    private ContextInternal context() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    @BeforeEach
    void open() {
        channel.pipeline().addLast(socket);
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** One message of zeros. */
    private static WebSocketFrame zeros(int count) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        deflater.setInput(new byte[count]);
        byte[] out = new byte[count];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH) - PerMessageDeflate.TAIL.length;
        deflater.end();
        return new TextWebSocketFrame(true, PerMessageDeflate.RSV1, Unpooled.wrappedBuffer(Arrays.copyOf(out, length)));
    }

    private void nextTurn() {
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void inflatesASliceInEachTurnAndReadsNothingMeanwhile() {
        int slice = SlicedInflater.TURN_BYTES;
        channel.writeInbound(zeros(3 * slice));
        assertEquals(slice, taker.bytes);
        assertFalse(channel.config().isAutoRead());
        channel.writeInbound(zeros(10));
        assertEquals(slice, taker.bytes, "what comes does not make a turn longer");
        nextTurn();
        assertEquals(2 * slice, taker.bytes);
        nextTurn();
        assertEquals(0, taker.messages);
        nextTurn();
        assertEquals(3 * slice + 10, taker.bytes);
        assertEquals(2, taker.messages);
        assertTrue(channel.config().isAutoRead());
    }

    @Test
    void inflatesNothingWhilePaused() {
        taker.mostBytes = 1;
        channel.writeInbound(zeros(MAX_BYTES));
        nextTurn();
        assertEquals(MessageInflater.PART_BYTES, taker.bytes);
        taker.mostBytes = Integer.MAX_VALUE;
        socket.resume();
        int before = MessageInflater.PART_BYTES + SlicedInflater.TURN_BYTES;
        assertEquals(before, taker.bytes);
        socket.pause();
        nextTurn();
        assertEquals(before, taker.bytes);
        assertFalse(channel.config().isAutoRead());
        socket.resume();
        assertEquals(before + SlicedInflater.TURN_BYTES, taker.bytes);
    }

    @Test
    void inflatesNothingOnceItHasSaidWhyItCloses() {
        channel.writeInbound(zeros(MAX_BYTES));
        int before = taker.bytes;
        socket.close(CloseCode.GOING_AWAY, "test");
        nextTurn();
        assertEquals(before, taker.bytes);
        assertTrue(channel.config().isAutoRead(), "the close frame of the client would not be read");
    }
}
