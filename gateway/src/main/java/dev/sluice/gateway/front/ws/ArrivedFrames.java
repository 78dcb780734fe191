package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.http.SlicedInflater;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The frames of messages that have come on one connection and have not been looked at yet.
 *
 * <p>Compressed ones are inflated only as they are asked for, in parts that whoever asks can count. So what waits here is what
 * the client has sent, however much may come of it, and so much in each turn of the loop is enough.
 *
 * @thread confined to the front loop of its connection
 * @bound what one read has brought, as long as nothing more is read while frames wait
 * @errors {@link Unreadable}, and then nothing more is given
 * @owns the memory of its inflater, until {@link #close}
 */
final class ArrivedFrames implements AutoCloseable {

    private static final byte[] NOTHING = {};

    /** What a part is counted for at least, since the small ones take their time as well. */
    private static final int LEAST_COUNT = 1 << 10;

    private final long maxMessageBytes;
    private final boolean keepsWindow;
    private final Deque<WebSocketFrame> waiting = new ArrayDeque<>();
    private @Nullable MessageInflater inflater;
    private @Nullable WebSocketFrame inflating;
    private boolean deflated;
    private boolean begun;
    private long messageBytes;
    private int allowance = SlicedInflater.TURN_BYTES;

    /** @param keepsWindow whether a compressed message may refer to the ones before */
    ArrivedFrames(long maxMessageBytes, boolean keepsWindow) {
        this.maxMessageBytes = maxMessageBytes;
        this.keepsWindow = keepsWindow;
    }

    /** What has come is no message, or too long a one: why the connection ends. */
    static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        private final CloseCode code;

        private Unreadable(CloseCode code, String reason) {
            super(reason, null, false, false);
            this.code = code;
        }

        static Unreadable tooLong(long maxMessageBytes) {
            return new Unreadable(
                    CloseCode.MESSAGE_TOO_BIG,
                    "messages have at most " + maxMessageBytes + " bytes (websocket.max_message_size)");
        }

        CloseCode code() {
            return code;
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    void add(WebSocketFrame frame) {
        waiting.addLast(frame);
    }

    /** Whether so much has been inflated that other connections should have their turn. */
    boolean hasHadItsTurn() {
        return allowance <= 0;
    }

    void beginTurn() {
        allowance = SlicedInflater.TURN_BYTES;
    }

    /** The next frame, as if it had never been compressed; null when there is none. */
    @Nullable
    WebSocketFrame next() throws Unreadable {
        WebSocketFrame next = inflating == null ? waiting.pollFirst() : inflating;
        if (next == null) {
            return null;
        }
        if (!(next instanceof ContinuationWebSocketFrame) && inflating == null) {
            deflated = next.rsv() == PerMessageDeflate.RSV1;
            begun = false;
            messageBytes = 0;
        }
        return deflated ? inflated(next) : next;
    }

    private WebSocketFrame inflated(WebSocketFrame frame) throws Unreadable {
        try {
            MessageInflater running = inflater == null ? new MessageInflater() : inflater;
            inflater = running;
            if (inflating == null) {
                running.feed(ByteBufUtil.getBytes(frame.content()), frame.isFinalFragment());
                inflating = frame;
            }
            byte[] part = running.next();
            return part == null ? usedUp(frame) : counted(frame, part);
        } catch (DataFormatException corrupt) {
            close();
            throw new Unreadable(CloseCode.INVALID_PAYLOAD, "a message that is not compressed as it says");
        } catch (OutOfMemoryError noMemory) {
            close();
            throw new Unreadable(CloseCode.TRY_AGAIN_LATER, "the server has no memory for this message now");
        }
    }

    private WebSocketFrame counted(WebSocketFrame frame, byte[] part) throws Unreadable {
        allowance -= Math.max(LEAST_COUNT, part.length);
        messageBytes += part.length;
        if (messageBytes > maxMessageBytes) {
            close();
            throw Unreadable.tooLong(maxMessageBytes);
        }
        return plain(frame, part, false);
    }

    private WebSocketFrame usedUp(WebSocketFrame frame) {
        inflating = null;
        if (frame.isFinalFragment() && !keepsWindow) {
            stopInflating();
        }
        return plain(frame, NOTHING, frame.isFinalFragment());
    }

    private WebSocketFrame plain(WebSocketFrame frame, byte[] bytes, boolean end) {
        boolean first = !begun && !(frame instanceof ContinuationWebSocketFrame);
        begun = true;
        if (!first) {
            return new ContinuationWebSocketFrame(end, 0, Unpooled.wrappedBuffer(bytes));
        }
        return frame instanceof TextWebSocketFrame
                ? new TextWebSocketFrame(end, 0, Unpooled.wrappedBuffer(bytes))
                : new BinaryWebSocketFrame(end, 0, Unpooled.wrappedBuffer(bytes));
    }

    private void stopInflating() {
        if (inflater != null) {
            inflater.close();
            inflater = null;
        }
    }

    /** Lets go of all that waits. */
    @Override
    public void close() {
        waiting.clear();
        inflating = null;
        stopInflating();
    }
}
