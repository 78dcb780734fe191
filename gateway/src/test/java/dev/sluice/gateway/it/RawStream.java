package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One WebSocket connection on which a test says each bit of a frame. */
final class RawStream implements AutoCloseable {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final int FINAL = 0x80;

    private static final int MASKED = 0x80;
    private static final int MASK = 0x1A2B3C4D;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;

    /** A frame of the server. */
    record Frame(int first, byte[] payload) {

        int opcode() {
            return first & 0x0F;
        }

        boolean isFinal() {
            return (first & FINAL) != 0;
        }

        boolean isReserved() {
            return (first & 0x70) != 0;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        JsonObject json() {
            assertEquals(TEXT, opcode());
            return new JsonObject(text());
        }

        int code() {
            return ByteBuffer.wrap(payload).getShort();
        }
    }

    /** Connects and says nothing. */
    RawStream(int port, int receiveBufferBytes) throws IOException {
        socket.setReceiveBufferSize(receiveBufferBytes);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout((int) Waiting.PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** Opens a stream and takes its first message. */
    static RawStream open(int port, String path) throws IOException {
        return open(port, path, 1 << 16, "");
    }

    static RawStream open(int port, String path, int receiveBufferBytes, String headers) throws IOException {
        RawStream stream = new RawStream(port, receiveBufferBytes);
        Map<String, String> answer = stream.handshake(path, headers);
        assertEquals("101", answer.get("status"), answer::toString);
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer.get("sec-websocket-accept"));
        assertNotNull(stream.next().json().getJsonObject("hello"));
        return stream;
    }

    /** The status and the headers of the answer to the handshake of RFC 6455 with these further headers. */
    Map<String, String> handshake(String path, String headers) throws IOException {
        return send("GET " + path
                + " HTTP/1.1\r\nhost: sluice.test:8080\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n" + headers + "\r\n");
    }

    /** The same for any head of a request. */
    Map<String, String> send(String head) throws IOException {
        bytes(head.getBytes(StandardCharsets.UTF_8));
        Map<String, String> answer = new TreeMap<>();
        answer.put("status", line().split(" ", 3)[1]);
        for (String header = line(); !header.isEmpty(); header = line()) {
            String[] parts = header.split(":", 2);
            answer.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
        }
        return answer;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    RawStream bytes(byte... bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** A frame as a client has to write it; {@code first} is its first byte. */
    RawStream frame(int first, byte[] payload) throws IOException {
        return bytes(bytesOf(first, payload));
    }

    RawStream frame(int first, String payload) throws IOException {
        return frame(first, payload.getBytes(StandardCharsets.UTF_8));
    }

    RawStream text(String payload) throws IOException {
        return frame(FINAL | TEXT, payload);
    }

    static byte[] bytesOf(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(payload.length);
        }
        frame.putInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (MASK >>> (8 * (3 - (i & 3))))));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** The next frame of the server, which never masks. */
    Frame next() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        assertEquals(0, second & MASKED);
        long length = second < 126 ? second : second == 126 ? in.readUnsignedShort() : in.readLong();
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    /** The next message, whose fragments are put together. */
    Frame message() throws IOException {
        Frame frame = next();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int first = frame.first();
        whole.write(frame.payload());
        while (!frame.isFinal()) {
            frame = next();
            assertEquals(CONTINUATION, frame.opcode());
            whole.write(frame.payload());
        }
        return new Frame(first | FINAL, whole.toByteArray());
    }

    /** The code that the server ends the connection with, which must be its next frame. */
    int closeCode() throws IOException {
        Frame frame = next();
        assertEquals(CLOSE, frame.opcode(), frame::text);
        return frame.code();
    }

    /** Whether nothing comes any more. */
    boolean isAtEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    void stopSending() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
