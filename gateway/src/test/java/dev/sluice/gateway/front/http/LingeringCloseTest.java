package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connection that has ended swallows what still comes, up to a bound in bytes and one in time. */
class LingeringCloseTest {

    private static final int PIECE = 1 << 20;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    private void linger() {
        channel.freezeTime();
        channel.config().setAutoRead(false);
        channel.pipeline().addFirst(new LingeringClose());
    }

    private ByteBuf send(int bytes) {
        ByteBuf piece = Unpooled.buffer(bytes).writerIndex(bytes);
        channel.writeInbound(piece);
        return piece;
    }

    @Test
    void readsOnAndDropsWhatComes() {
        linger();
        assertTrue(channel.config().isAutoRead());
        ByteBuf piece = send(100);
        assertEquals(0, piece.refCnt());
        assertNull(channel.readInbound());
        assertTrue(channel.isOpen());
    }

    @Test
    void closesWhenTooMuchHasCome() {
        linger();
        for (int sent = 0; sent < LingeringClose.MOST_BYTES; sent += PIECE) {
            send(PIECE);
        }
        assertTrue(channel.isOpen());
        send(1);
        assertFalse(channel.isOpen());
    }

    @Test
    void closesWhenItsTimeIsOver() {
        linger();
        channel.advanceTimeBy(LingeringClose.MOST_SECONDS, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertFalse(channel.isOpen());
    }

    @Test
    void leavesNoTimerBehindAClientThatWent() {
        linger();
        assertTrue(channel.close().isSuccess());
        assertEquals(-1, channel.runScheduledPendingTasks(), "a timer still runs");
    }
}
