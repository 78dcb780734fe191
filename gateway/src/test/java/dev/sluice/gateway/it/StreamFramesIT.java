package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.RawStream.BINARY;
import static dev.sluice.gateway.it.RawStream.CLOSE;
import static dev.sluice.gateway.it.RawStream.CONTINUATION;
import static dev.sluice.gateway.it.RawStream.FINAL;
import static dev.sluice.gateway.it.RawStream.PING;
import static dev.sluice.gateway.it.RawStream.PONG;
import static dev.sluice.gateway.it.RawStream.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The frames of RFC 6455, good and bad, bit by bit. */
class StreamFramesIT {

    private static final String SUMS = "/v2/models/sums/stream";
    private static final byte[] NOT_UTF8 = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', '}'};
    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "websocket.max_message_size=256KiB");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static RawStream open() throws IOException {
        return RawStream.open(gateway.port(), SUMS);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void serves(RawStream stream) throws IOException {
        stream.text(Requests.sums(2, 3));
        assertEquals(5, sum(stream.next()));
    }

    private static int sum(RawStream.Frame answer) {
        return answer.json()
                .getJsonArray("outputs")
                .getJsonObject(0)
                .getJsonArray("data")
                .getInteger(0);
    }

    @Test
    void takesAMessageByteByByte() throws IOException {
        try (RawStream stream = open()) {
            for (byte next : RawStream.bytesOf(FINAL | TEXT, utf8(Requests.sums(1, 2)))) {
                stream.bytes(next);
            }
            assertEquals(3, sum(stream.next()));
        }
    }

    @Test
    void takesAMessageInFragmentsWithPingsBetweenThem() throws IOException {
        byte[] body = utf8(Requests.withMember("\"id\":\"\u00fc\"", Requests.sums(4, 5)));
        int cut = 8; // in the middle of the umlaut
        try (RawStream stream = open()) {
            stream.frame(TEXT, Arrays.copyOf(body, cut));
            stream.frame(FINAL | PING, "still here");
            RawStream.Frame pong = stream.next();
            assertEquals(PONG, pong.opcode());
            assertEquals("still here", pong.text());
            stream.frame(CONTINUATION, new byte[0]);
            stream.frame(FINAL | PONG, "unasked");
            stream.frame(CONTINUATION, Arrays.copyOfRange(body, cut, 40));
            stream.frame(FINAL | CONTINUATION, Arrays.copyOfRange(body, 40, body.length));
            RawStream.Frame answer = stream.next();
            assertEquals(9, sum(answer));
            assertEquals("\u00fc", answer.json().getString("id"));
            serves(stream);
        }
    }

    @Test
    void takesTheLongestMessageAndManyInOneWrite() throws IOException {
        try (RawStream stream = open()) {
            byte[] body = new byte[256 << 10];
            Arrays.fill(body, (byte) ' ');
            byte[] request = utf8(Requests.sums(6, 7));
            System.arraycopy(request, 0, body, 0, request.length);
            byte[] one = RawStream.bytesOf(FINAL | TEXT, body);
            byte[] small = RawStream.bytesOf(FINAL | TEXT, request);
            byte[] all = Arrays.copyOf(one, one.length + 2 * small.length);
            System.arraycopy(small, 0, all, one.length, small.length);
            System.arraycopy(small, 0, all, one.length + small.length, small.length);
            stream.bytes(all);
            for (int i = 0; i < 3; i++) {
                assertEquals(13, sum(stream.next()));
            }
        }
    }

    @Test
    void neverMasksAndNeverSetsReservedBits() throws IOException {
        try (RawStream stream = open()) {
            stream.text(Requests.sums(1, 1));
            assertFalse(stream.next().isReserved()); // next() looks for the mask
        }
    }

    static Stream<Arguments> violations() {
        byte[] text = RawStream.bytesOf(FINAL | TEXT, utf8("{}"));
        byte[] unmasked = {(byte) (FINAL | TEXT), 2, '{', '}'};
        return Stream.of(
                Arguments.of("not masked", unmasked),
                Arguments.of("RSV1", RawStream.bytesOf(FINAL | 0x40 | TEXT, utf8("{}"))),
                Arguments.of("RSV2", RawStream.bytesOf(FINAL | 0x20 | TEXT, utf8("{}"))),
                Arguments.of("RSV3 of a ping", RawStream.bytesOf(FINAL | 0x10 | PING, utf8(""))),
                Arguments.of("opcode 3", RawStream.bytesOf(FINAL | 3, utf8("{}"))),
                Arguments.of("opcode 7", RawStream.bytesOf(FINAL | 7, utf8("{}"))),
                Arguments.of("opcode 11", RawStream.bytesOf(FINAL | 11, utf8(""))),
                Arguments.of("opcode 15", RawStream.bytesOf(FINAL | 15, utf8(""))),
                Arguments.of("a ping in fragments", RawStream.bytesOf(PING, utf8("x"))),
                Arguments.of("a ping of 126 bytes", RawStream.bytesOf(FINAL | PING, new byte[126])),
                Arguments.of("a continuation of nothing", RawStream.bytesOf(FINAL | CONTINUATION, utf8("{}"))),
                Arguments.of("a message within another", twice(RawStream.bytesOf(TEXT, utf8("{")), text)),
                Arguments.of("a long length for a short frame", lengthOf16Bits(2)),
                Arguments.of("a longer length for a short frame", lengthOf64Bits(65_535)),
                Arguments.of("a negative length", lengthOf64Bits(-1)),
                Arguments.of("a close frame of one byte", RawStream.bytesOf(FINAL | CLOSE, new byte[1])),
                Arguments.of(
                        "a close frame that is no text", RawStream.bytesOf(FINAL | CLOSE, closing(1000, NOT_UTF8))));
    }

    private static byte[] twice(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] lengthOf16Bits(int length) {
        return new byte[] {(byte) (FINAL | TEXT), (byte) 0xFE, (byte) (length >> 8), (byte) length, 0, 0, 0, 0};
    }

    private static byte[] lengthOf64Bits(long length) {
        return ByteBuffer.allocate(14)
                .put((byte) (FINAL | BINARY))
                .put((byte) 0xFF)
                .putLong(length)
                .putInt(0)
                .array();
    }

    private static byte[] closing(int code, byte[] reason) {
        byte[] payload = new byte[2 + reason.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(reason, 0, payload, 2, reason.length);
        return payload;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void endsWith1002(String name, byte[] frame) throws IOException {
        try (RawStream stream = open()) {
            stream.bytes(frame).text(Requests.sums(1, 1));
            assertEquals(1002, stream.closeCode(), name);
            stream.stopSending();
            assertTrue(stream.isAtEnd());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    void endsWith1002ForACodeThatCannotBeSent(int code) throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | CLOSE, closing(code, new byte[0]));
            assertEquals(1002, stream.closeCode());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999})
    void returnsTheCodeOfAClientThatGoes(int code) throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | CLOSE, closing(code, utf8("bye")));
            RawStream.Frame close = stream.next();
            assertEquals(CLOSE, close.opcode());
            assertEquals(code, close.code());
            assertTrue(stream.isAtEnd());
        }
    }

    @Test
    void endsWith1007ForATextThatIsNotUtf8() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | TEXT, NOT_UTF8);
            assertEquals(1007, stream.closeCode());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void endsWith1003ForABinaryMessageWithoutALength(int bytes) throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | BINARY, new byte[bytes]);
            assertEquals(1003, stream.closeCode());
        }
    }

    @Test
    void refusesAMessageOfNothing() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | BINARY, new byte[Integer.BYTES]).text("");
            for (int i = 0; i < 2; i++) {
                String refusal = stream.next().text();
                assertTrue(refusal.contains("neither JSON nor a raw tensor"), refusal);
            }
            serves(stream);
        }
    }

    @Test
    void endsWith1003ForALengthBeyondTheMessage() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | BINARY, new byte[] {3, 0, 0, 0, '{', '}'});
            assertEquals(1003, stream.closeCode());
        }
    }

    @Test
    void endsWith1009AsSoonAsAMessageIsTooLong() throws IOException {
        try (RawStream stream = open()) {
            stream.bytes(lengthOf64Bits((256 << 10) + 1));
            assertEquals(1009, stream.closeCode());
        }
        try (RawStream stream = open()) {
            stream.frame(TEXT, new byte[255 << 10]).frame(CONTINUATION, new byte[1 << 10]);
            stream.frame(FINAL | CONTINUATION, new byte[1]);
            assertEquals(1009, stream.closeCode());
        }
    }

    @Test
    void keepsNothingOfAMessageWhoseClientGoes() throws IOException {
        try (RawStream stream = open();
                RawStream other = open()) {
            stream.frame(TEXT, Requests.sums(1, 1).substring(0, 50));
            Waiting.until("its bytes are counted", () -> gateway.metrics().value("sluice_held_body_bytes") >= 50);
            serves(other);
        }
        Waiting.until("all bytes released", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
        Waiting.until("all gone", () -> gateway.metrics().value("sluice_websocket_connections") == 0);
        assertEquals(0, gateway.metrics().value("sluice_unsent_bytes"));
        gateway.awaitNothingInFlight();
    }
}
