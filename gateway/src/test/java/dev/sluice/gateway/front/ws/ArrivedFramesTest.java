package dev.sluice.gateway.front.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.http.SlicedInflater;
import dev.sluice.gateway.front.ws.ArrivedFrames.Unreadable;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class ArrivedFramesTest {

    private static final int MAX_BYTES = 4 << 20;

    private final ArrivedFrames arrived = new ArrivedFrames(MAX_BYTES, true);

    private static byte[] deflated(byte[] bytes, int flush) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        if (flush == Deflater.FULL_FLUSH) {
            deflater.finish(); // a block that says that it is the last
        }
        byte[] out = new byte[bytes.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, flush == Deflater.FULL_FLUSH ? length : length - PerMessageDeflate.TAIL.length);
    }

    private static byte[] deflated(String text) {
        return deflated(text.getBytes(StandardCharsets.UTF_8), Deflater.SYNC_FLUSH);
    }

    private static byte[] inLastBlock(String text) {
        return deflated(text.getBytes(StandardCharsets.UTF_8), Deflater.FULL_FLUSH);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static WebSocketFrame compressed(boolean end, byte[] bytes) {
        return new TextWebSocketFrame(end, PerMessageDeflate.RSV1, Unpooled.wrappedBuffer(bytes));
    }

    private static WebSocketFrame more(boolean end, byte[] bytes) {
        return new ContinuationWebSocketFrame(end, 0, Unpooled.wrappedBuffer(bytes));
    }

    /** The next message, whose first frame alone says that it is text. */
    private String message() throws Unreadable {
        StringBuilder text = new StringBuilder();
        WebSocketFrame next = taken();
        assertInstanceOf(TextWebSocketFrame.class, next);
        while (!next.isFinalFragment()) {
            text.append(next.content().toString(StandardCharsets.UTF_8));
            next = taken();
            assertInstanceOf(ContinuationWebSocketFrame.class, next);
        }
        return text.append(next.content().toString(StandardCharsets.UTF_8)).toString();
    }

    private WebSocketFrame taken() throws Unreadable {
        WebSocketFrame next = arrived.next();
        assertTrue(next != null, "the message does not end");
        return next;
    }

    private String message(byte[] compressed) throws Unreadable {
        arrived.add(compressed(true, compressed));
        return message();
    }

    @Test
    void givesPlainFramesAsTheyAre() throws Unreadable {
        WebSocketFrame plain = new TextWebSocketFrame(true, 0, "one");
        arrived.add(plain);
        assertEquals(plain, arrived.next());
        assertNull(arrived.next());
    }

    @Test
    void inflatesNoMoreThanIsAskedFor() throws Unreadable {
        arrived.add(compressed(true, deflated(new byte[MAX_BYTES], Deflater.SYNC_FLUSH)));
        int parts = 0;
        while (!arrived.hasHadItsTurn()) {
            assertTrue(taken().content().readableBytes() <= MessageInflater.PART_BYTES);
            parts++;
        }
        assertEquals(SlicedInflater.TURN_BYTES / MessageInflater.PART_BYTES, parts);
        arrived.beginTurn();
        assertFalse(arrived.hasHadItsTurn());
        assertEquals(MAX_BYTES - SlicedInflater.TURN_BYTES, message(parts));
    }

    /** What is left of the message behind so many parts, in bytes. */
    private int message(int parts) throws Unreadable {
        int bytes = 0;
        WebSocketFrame next = taken();
        while (!next.isFinalFragment()) {
            bytes += next.content().readableBytes();
            next = taken();
        }
        assertTrue(parts > 0);
        return bytes;
    }

    /** Blocks that nothing comes of take their time too. */
    @Test
    void countsWhatGivesNothing() throws Unreadable {
        byte[] emptyLastBlock = {3, 0};
        byte[][] many = new byte[1000][];
        Arrays.fill(many, emptyLastBlock);
        arrived.add(compressed(true, joined(many)));
        int parts = 0;
        while (!arrived.hasHadItsTurn()) {
            assertFalse(taken().isFinalFragment());
            parts++;
        }
        assertEquals(512, parts);
    }

    /** "Hello" in a block that says that it is the last, of section 7.2.3.4; and without the byte that is to follow it. */
    @Test
    void takesLastBlocks() throws Unreadable {
        byte[] hello = HexFormat.of().parseHex("f348cdc9c9070000");
        for (int i = 0; i < 3; i++) {
            assertEquals("Hello", message(hello));
            assertEquals("Hello", message(Arrays.copyOf(hello, 7)));
            assertEquals("{\"a\": 1}", message(deflated("{\"a\": 1}")));
        }
    }

    @Test
    void goesOnBehindALastBlockWithinAMessage() throws Unreadable {
        assertEquals("onetwothree", message(joined(inLastBlock("one"), inLastBlock("two"), deflated("three"))));
        byte[] one = inLastBlock("one");
        arrived.add(compressed(false, Arrays.copyOf(one, 2)));
        arrived.add(more(false, Arrays.copyOfRange(one, 2, one.length)));
        arrived.add(more(true, deflated("two")));
        assertEquals("onetwo", message());
        assertEquals("three", message(deflated("three")));
    }

    @Test
    void takesMessagesOfNothing() throws Unreadable {
        assertEquals("", message(new byte[1]));
        assertEquals("", message(new byte[0]));
        assertEquals("one", message(deflated("one")));
        assertEquals("", message(new byte[0]));
        assertEquals("two", message(deflated("two")));
    }

    @Test
    void endsAMessageThatIsTooLongAndLetsGoOfTheRest() {
        arrived.add(compressed(true, deflated(new byte[MAX_BYTES + 1], Deflater.SYNC_FLUSH)));
        arrived.add(new TextWebSocketFrame(true, 0, "one"));
        Unreadable tooLong = assertThrows(Unreadable.class, () -> message(1));
        assertEquals(CloseCode.MESSAGE_TOO_BIG, tooLong.code());
        assertTrue(tooLong.reason().contains("websocket.max_message_size"), tooLong.reason());
    }

    @Test
    void refusesWhatIsNotCompressed() {
        arrived.add(compressed(true, new byte[] {7, 1, 2, 3}));
        assertEquals(
                CloseCode.INVALID_PAYLOAD,
                assertThrows(Unreadable.class, this::message).code());
    }
}
