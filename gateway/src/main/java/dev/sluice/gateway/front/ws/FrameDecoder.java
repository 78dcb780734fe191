package dev.sluice.gateway.front.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;

/**
 * Reads the frames of a client, and hands a long one on in pieces as they come, as if the client had sent it in fragments;
 * compressed ones as they are.
 *
 * <p>Netty's own decoder keeps a frame until it is whole, where nobody counts it, and answers a broken one by closing the
 * connection without a word. Here a message's bytes are counted as they arrive, and each violation has its close code.
 * What arrives after one is thrown away, so that the close frame is not lost with it.
 *
 * @thread confined to the front loop of its connection
 * @bound keeps the head of a frame, or a control frame: 139 bytes
 * @errors what {@link Reader#violated} is told, once
 * @source RFC 6455, section 5
 */
final class FrameDecoder extends ByteToMessageDecoder {

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int RESERVED_SHIFT = 4;
    private static final int OPCODE = 0x0F;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int SHORT_LENGTH = 126;
    private static final int LONG_LENGTH = 127;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int HEAD_BYTES = 2;
    private static final int MASK_BYTES = 4;

    private final long maxMessageBytes;
    private final PerMessageDeflate deflate;
    private final Reader reader;

    private boolean inFrame;
    private boolean last;
    private int opcode;
    private int nextOpcode;
    private int mask;
    private long leftBytes;

    private boolean inMessage;
    private long messageBytes;
    private boolean deflated;
    private boolean over;

    FrameDecoder(long maxMessageBytes, PerMessageDeflate deflate, Reader reader) {
        this.deflate = deflate;
        this.maxMessageBytes = maxMessageBytes;
        this.reader = reader;
    }

    /**
     * Hears what is not in the frames.
     *
     * @thread the front loop of the connection
     */
    interface Reader {

        /** Something has come from the client, whatever it was. */
        void heard();

        /** Nothing that comes from now on is read. */
        void violated(CloseCode code, String reason);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        reader.heard();
        if (over) {
            in.skipBytes(in.readableBytes());
        } else if (inFrame || readHead(in)) {
            readPayload(context, in, out);
        }
    }

    /** Reads nothing while the head is not whole. */
    private boolean readHead(ByteBuf in) {
        if (in.readableBytes() < HEAD_BYTES) {
            return false;
        }
        int at = in.readerIndex();
        int first = in.getUnsignedByte(at);
        int second = in.getUnsignedByte(at + 1);
        if (isViolation(first, second, in)) {
            return false;
        }
        int length = second & LENGTH;
        int lengthBytes = length == SHORT_LENGTH ? Short.BYTES : length == LONG_LENGTH ? Long.BYTES : 0;
        int headBytes = HEAD_BYTES + lengthBytes + MASK_BYTES;
        if (in.readableBytes() < headBytes) {
            return false;
        }
        long bytes = lengthBytes == 0
                ? length
                : lengthBytes == Short.BYTES ? in.getUnsignedShort(at + HEAD_BYTES) : in.getLong(at + HEAD_BYTES);
        in.skipBytes(headBytes);
        mask = in.getInt(in.readerIndex() - MASK_BYTES);
        return begin(first, bytes, lengthBytes, in);
    }

    private boolean begin(int first, long bytes, int lengthBytes, ByteBuf in) {
        boolean control = (first & OPCODE) >= CLOSE;
        boolean shortest = lengthBytes == 0 || bytes >= (lengthBytes == Short.BYTES ? SHORT_LENGTH : 1 << Short.SIZE);
        if (!shortest) { // a negative length too
            return violation(CloseCode.PROTOCOL_ERROR, "a length that is not written in the shortest way", in);
        }
        if (!control && bytes > maxMessageBytes - messageBytes) {
            ArrivedFrames.Unreadable tooLong = ArrivedFrames.Unreadable.tooLong(maxMessageBytes);
            return violation(tooLong.code(), tooLong.reason(), in);
        }
        if (!control && !inMessage) {
            deflated = isDeflated(first);
        }
        inFrame = true;
        last = (first & FINAL) != 0;
        opcode = first & OPCODE;
        if (opcode == TEXT || opcode == BINARY) {
            nextOpcode = opcode;
        }
        leftBytes = bytes;
        messageBytes += control || deflated ? 0 : bytes;
        return true;
    }

    private static boolean isDeflated(int first) {
        return (first & RESERVED) == PerMessageDeflate.RSV1 << RESERVED_SHIFT;
    }

    private boolean isViolation(int first, int second, ByteBuf in) {
        int code = first & OPCODE;
        boolean control = code >= CLOSE;
        String violation = null;
        if ((first & RESERVED) != 0 && !(isDeflated(first) && deflate.isOn() && !control && code != CONTINUATION)) {
            violation = "reserved bits without an extension";
        } else if ((second & MASKED) == 0) {
            violation = "a frame of a client that is not masked";
        } else if (code > PONG || (code > BINARY && !control)) {
            violation = "the reserved opcode " + code;
        } else if (control && ((first & FINAL) == 0 || (second & LENGTH) > MAX_CONTROL_BYTES)) {
            violation = "a control frame in fragments or of more than " + MAX_CONTROL_BYTES + " bytes";
        } else if (!control && (code == CONTINUATION) != inMessage) {
            violation = inMessage ? "a message within another" : "a continuation of nothing";
        } else if (code == CLOSE && (second & LENGTH) == 1) {
            violation = "a close frame of one byte";
        }
        if (violation != null) {
            violation(CloseCode.PROTOCOL_ERROR, violation, in);
        }
        return violation != null;
    }

    private boolean violation(CloseCode code, String reason, ByteBuf in) {
        stop();
        in.skipBytes(in.readableBytes());
        reader.violated(code, reason);
        return false;
    }

    /** Throws away whatever comes from now on. */
    void stop() {
        over = true;
    }

    private void readPayload(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (opcode >= CLOSE) {
            if (in.readableBytes() >= leftBytes) {
                readControl(context, in, out);
            }
            return;
        }
        int count = (int) Math.min(leftBytes, in.readableBytes());
        if (count == 0 && leftBytes > 0) {
            return;
        }
        byte[] piece = unmasked(in, count);
        leftBytes -= count;
        boolean end = last && leftBytes == 0;
        inMessage = !end;
        inFrame = leftBytes > 0;
        out.add(next(end, piece));
        if (end) {
            messageBytes = 0;
        }
    }

    private WebSocketFrame next(boolean end, byte[] piece) {
        WebSocketFrame frame = frame(end, Unpooled.wrappedBuffer(piece));
        nextOpcode = CONTINUATION;
        return frame;
    }

    private WebSocketFrame frame(boolean end, ByteBuf piece) {
        int reserved = deflated ? PerMessageDeflate.RSV1 : 0;
        return switch (nextOpcode) {
            case TEXT -> new TextWebSocketFrame(end, reserved, piece);
            case BINARY -> new BinaryWebSocketFrame(end, reserved, piece);
            default -> new ContinuationWebSocketFrame(end, 0, piece);
        };
    }

    private void readControl(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        ByteBuf payload = Unpooled.wrappedBuffer(unmasked(in, (int) leftBytes));
        inFrame = false;
        switch (opcode) {
            case PONG -> out.add(new PongWebSocketFrame(payload));
            case PING -> {
                if (context.channel().isWritable()) { // else a client that does not read could make us pile up pongs
                    out.add(new PingWebSocketFrame(payload));
                }
            }
            default -> readClose(payload, in, out);
        }
    }

    private void readClose(ByteBuf payload, ByteBuf in, List<Object> out) {
        if (CloseFrames.isProper(payload)) {
            stop();
            out.add(new CloseWebSocketFrame(true, 0, payload));
        } else {
            violation(
                    CloseCode.PROTOCOL_ERROR, "a close frame with an impossible code or a reason that is no text", in);
        }
    }

    /** The next bytes in an array of their own, which is what the codec behind reads from. */
    private byte[] unmasked(ByteBuf in, int count) {
        byte[] bytes = new byte[count];
        in.readBytes(bytes);
        Masking.apply(bytes, mask);
        mask = Integer.rotateLeft(mask, Byte.SIZE * (count & (MASK_BYTES - 1)));
        return bytes;
    }
}
