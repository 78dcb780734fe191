package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.RawStream.CONTINUATION;
import static dev.sluice.gateway.it.RawStream.FINAL;
import static dev.sluice.gateway.it.RawStream.PING;
import static dev.sluice.gateway.it.RawStream.PONG;
import static dev.sluice.gateway.it.RawStream.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages compressed by permessage-deflate, where that is switched on. */
class StreamDeflateIT {

    private static final int RSV1 = 0x40;
    private static final String SUMS = "/v2/models/sums/stream";
    private static final String OFFER = "sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n";
    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "websocket.deflate=true",
                "websocket.max_message_size=256KiB",
                "admission.max_in_flight_bytes=128KiB");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static RawStream open() throws IOException {
        return RawStream.open(gateway.port(), SUMS, 1 << 16, OFFER);
    }

    /** As a message is sent: without the end of the last block. */
    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        byte[] out = new byte[bytes.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    private static byte[] deflated(String text) {
        return deflated(text.getBytes(StandardCharsets.UTF_8));
    }

    /** In a block that says that it is the last, as RFC 7692 has it in section 7.2.3.4. */
    private static byte[] inLastBlock(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] out = new byte[bytes.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length + 1);
    }

    private static String inflated(byte[] payload) throws DataFormatException {
        byte[] whole = Arrays.copyOf(payload, payload.length + 4);
        whole[payload.length + 2] = (byte) 0xFF;
        whole[payload.length + 3] = (byte) 0xFF;
        Inflater inflater = new Inflater(true);
        inflater.setInput(whole);
        byte[] out = new byte[1 << 20];
        int length = inflater.inflate(out);
        inflater.end();
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_no_context_takeover",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            })
    void agreesToWhatItCanKeep(String offer) throws IOException {
        try (RawStream stream = new RawStream(gateway.port(), 1 << 16)) {
            String headers = "sec-websocket-extensions: permessage-deflate; server_max_window_bits=9, " + offer
                    + "; client_max_window_bits=15\r\n";
            assertEquals(offer, stream.handshake(SUMS, headers).get("sec-websocket-extensions"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; level=9",
                "permessage-deflate; client_max_window_bits=99",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_no_context_takeover=1",
                "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
                "x-webkit-deflate"
            })
    void agreesToNothingThatItCannotKeep(String offer) throws IOException {
        try (RawStream stream = new RawStream(gateway.port(), 1 << 16)) {
            assertFalse(stream.handshake(SUMS, "sec-websocket-extensions: " + offer + "\r\n")
                    .containsKey("sec-websocket-extensions"));
        }
    }

    @Test
    void takesCompressedMessagesInFragmentsAndPlainOnes() throws IOException {
        try (RawStream stream = open()) {
            byte[] body = deflated(Requests.sums(2, 3));
            for (int i = 0; i < 3; i++) {
                stream.frame(RSV1 | TEXT, Arrays.copyOf(body, 1));
                stream.frame(FINAL | PING, "");
                assertEquals(PONG, stream.next().opcode());
                stream.frame(CONTINUATION, Arrays.copyOfRange(body, 1, 20));
                stream.frame(FINAL | CONTINUATION, Arrays.copyOfRange(body, 20, body.length));
                assertTrue(stream.next().text().contains("[5,5,5,5]"));
                stream.text(Requests.sums(3, 4));
                assertTrue(stream.next().text().contains("[7,7,7,7]"));
            }
        }
    }

    /** A client that has not said that it begins anew with each message. */
    @Test
    void remembersWhatAMessageMayReferTo() throws IOException {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        byte[] body = Requests.sums(2, 3).getBytes(StandardCharsets.UTF_8);
        try (RawStream stream = open()) {
            int first = 0;
            for (int i = 0; i < 3; i++) {
                deflater.setInput(body);
                byte[] out = new byte[1000];
                int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH) - 4;
                first = i == 0 ? length : first;
                assertTrue(i == 0 || length < first / 2, "it does not refer to the first");
                stream.frame(FINAL | RSV1 | TEXT, Arrays.copyOf(out, length));
                assertTrue(stream.next().text().contains("[5,5,5,5]"));
            }
        } finally {
            deflater.end();
        }
    }

    @Test
    void compressesLongAnswersOfText() throws IOException, DataFormatException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | RSV1 | TEXT, deflated(Requests.sumsOfRows(1000)));
            RawStream.Frame answer = stream.next();
            assertEquals(FINAL | RSV1 | TEXT, answer.first());
            assertTrue(answer.payload().length < 2000, answer.payload().length + " bytes");
            JsonObject json = new JsonObject(inflated(answer.payload()));
            assertEquals(
                    4000,
                    json.getJsonArray("outputs")
                            .getJsonObject(0)
                            .getJsonArray("data")
                            .size());
        }
    }

    @Test
    void isUnderstoodByTheClientOfVertx() {
        WebSocketClientOptions options = new WebSocketClientOptions().setTryUsePerMessageCompression(true);
        try (StreamClient client = new StreamClient(gateway, SUMS, options)) {
            for (int i = 0; i < 10; i++) {
                JsonObject answer =
                        client.ask("r" + i, Requests.sumsOfRows(1000)).text();
                assertEquals("r" + i, answer.getString("id"));
            }
        }
    }

    @Test
    void countsWhatComesOfAMessage() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | RSV1 | TEXT, deflated(new byte[(256 << 10) + 1]));
            assertEquals(1009, stream.closeCode());
        }
        try (RawStream stream = open()) {
            stream.frame(FINAL | RSV1 | TEXT, deflated(" ".repeat(100 << 10)));
            assertTrue(stream.next().text().contains("invalid_request"));
        }
    }

    /** The server holds no more of a message than it may of all, whatever comes out of it. */
    @Test
    void refusesWhatInflatesToMoreThanThereIsRoomFor() throws IOException {
        try (RawStream stream = open()) {
            String padded = Requests.withMember("\"id\":\"big\"", Requests.sums(1, 2)) + " ".repeat(200 << 10);
            stream.frame(FINAL | RSV1 | TEXT, deflated(padded));
            JsonObject refusal = stream.next().json();
            assertEquals("big", refusal.getString("id"));
            assertEquals("overloaded", refusal.getJsonObject("error").getString("code"));
            stream.frame(FINAL | RSV1 | TEXT, deflated(Requests.sums(2, 3)));
            assertTrue(stream.next().text().contains("[5,5,5,5]"));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void takesMessagesInLastBlocksAndThoseBehindThem() throws IOException {
        try (RawStream stream = open()) {
            for (int i = 0; i < 3; i++) {
                stream.frame(FINAL | RSV1 | TEXT, inLastBlock(Requests.sums(2, 3)));
                assertTrue(stream.next().text().contains("[5,5,5,5]"));
                stream.frame(FINAL | RSV1 | TEXT, deflated(Requests.sums(3, 4)));
                assertTrue(stream.next().text().contains("[7,7,7,7]"));
            }
        }
    }

    @Test
    void endsWith1007ForWhatIsNotCompressed() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(FINAL | RSV1 | TEXT, "\u0007no deflate at all, whatever it says");
            assertEquals(1007, stream.closeCode());
        }
    }

    @Test
    void endsWith1002WhereTheBitMeansNothing() throws IOException {
        try (RawStream stream = open()) {
            stream.frame(TEXT, "{").frame(FINAL | RSV1 | CONTINUATION, "}");
            assertEquals(1002, stream.closeCode());
        }
        try (RawStream plain = RawStream.open(gateway.port(), SUMS)) {
            plain.frame(FINAL | RSV1 | TEXT, deflated("{}"));
            assertEquals(1002, plain.closeCode());
        }
    }
}
