package dev.sluice.gateway.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP/2 connection on which a test sends exactly the frames it wants, also those that no client would send.
 *
 * <p>It never acknowledges the server's settings: what they limit must hold all the same.
 */
final class RawHttp2 implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final int ACK_OR_END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_BYTES = 5;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int BUFFER_BYTES = 1 << 20;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private boolean gathering;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    record Frame(int type, int flags, int stream, byte[] payload) {

        boolean endsStream() {
            return type <= HEADERS && (flags & ACK_OR_END_STREAM) != 0;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** Of GOAWAY: no stream behind it was looked at. */
        int lastStream() {
            return ByteBuffer.wrap(payload).getInt();
        }

        /** The error code of RST_STREAM, or of GOAWAY, where the last stream stands before it. */
        int code() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? Integer.BYTES : 0);
        }
    }

    /** @param streamWindow how much of each answer the server may send before it is asked for more */
    RawHttp2(int port, int streamWindow) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Waiting.PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        ByteBuffer settings = ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE);
        write(SETTINGS, 0, 0, settings.putInt(streamWindow).array());
    }

    /** The head of a request, and the whole of it if it ends there. */
    RawHttp2 head(int stream, String method, String path, boolean end, String... more) throws IOException {
        Http2Headers headers = new DefaultHttp2Headers()
                .method(method)
                .path(path)
                .scheme("http")
                .authority("test");
        for (int i = 0; i < more.length; i += 2) {
            headers.add(more[i], more[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        write(HEADERS, END_HEADERS | (end ? ACK_OR_END_STREAM : 0), stream, ByteBufUtil.getBytes(block));
        return this;
    }

    RawHttp2 data(int stream, String data, boolean end) throws IOException {
        return data(stream, data.getBytes(StandardCharsets.UTF_8), end);
    }

    RawHttp2 data(int stream, byte[] data, boolean end) throws IOException {
        write(DATA, end ? ACK_OR_END_STREAM : 0, stream, data);
        return this;
    }

    RawHttp2 post(int stream, String path, String body) throws IOException {
        return head(stream, "POST", path, false, "content-type", "application/json")
                .data(stream, body, true);
    }

    RawHttp2 reset(int stream, int code) throws IOException {
        write(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
        return this;
    }

    RawHttp2 allowMore(int stream, int bytes) throws IOException {
        write(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
        return this;
    }

    private void write(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length).putInt(payload.length << 8 | type);
        out.write(frame.put((byte) flags).putInt(stream).put(payload).array());
        if (!gathering) {
            out.flush();
        }
    }

    /** Whether what is sent is kept, to go out in one piece that the server reads at once. */
    RawHttp2 gather(boolean gather) throws IOException {
        gathering = gather;
        if (!gather) {
            out.flush();
        }
        return this;
    }

    RawHttp2 pong(Frame ping) throws IOException {
        write(PING, ACK_OR_END_STREAM, 0, ping.payload);
        return this;
    }

    /** The next frame that says something about a request, or ends the connection. */
    Frame next() throws IOException {
        Frame frame = read();
        while (frame.type > RST_STREAM && frame.type != GOAWAY) {
            frame = read();
        }
        return frame;
    }

    /** The next PING, which must come before the connection ends. */
    Frame ping() throws IOException {
        Frame frame = read();
        while (frame.type != PING) {
            frame = read();
        }
        return frame;
    }

    /** Whether the server says nothing more. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    private Frame read() throws IOException {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        return new Frame(lengthAndType & 0xFF, flags, stream, in.readNBytes(lengthAndType >>> 8));
    }

    /** The head of the next answer, which must be of that stream. */
    Http2Headers answerHead(int stream) throws IOException {
        Frame frame = next();
        if (frame.type != HEADERS || frame.stream != stream) {
            throw new AssertionError("expected the head of stream " + stream + " and got " + frame);
        }
        return headers(frame);
    }

    /** What a frame of headers says. */
    Http2Headers headers(Frame frame) throws IOException {
        try {
            int from = (frame.flags & PRIORITY) == 0 ? 0 : PRIORITY_BYTES;
            ByteBuf block = Unpooled.wrappedBuffer(frame.payload, from, frame.payload.length - from);
            return decoder.decodeHeaders(frame.stream, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    String status(int stream) throws IOException {
        return answerHead(stream).status().toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
