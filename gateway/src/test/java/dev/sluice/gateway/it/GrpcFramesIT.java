package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ServerLiveRequest;
import dev.sluice.gateway.it.RawHttp2.Frame;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls as no client would make them, frame by frame: each is answered, and the connection goes on. */
class GrpcFramesIT {

    private static final String INFER = "/inference.GRPCInferenceService/ModelInfer";
    private static final String LIVE = "/inference.GRPCInferenceService/ServerLive";
    private static final String WATCH = "/grpc.health.v1.Health/Watch";
    private static final String REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private static final int WINDOW = 1 << 20;
    private static final String INVALID = "3";
    private static final String LATE = "4";
    private static final String NOT_FOUND = "5";
    private static final String EXHAUSTED = "8";
    private static final String UNIMPLEMENTED = "12";

    private static RunningGateway gateway;
    private RawHttp2 connection;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS, "grpc.max_message_size=1KiB", "admission.request_timeout=300ms");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void connect() throws IOException {
        connection = new RawHttp2(gateway.port(), WINDOW);
    }

    /** Whatever came before, the next call is served, and nothing is left over. */
    @AfterEach
    void theConnectionGoesOn() throws IOException {
        call(99, INFER, false);
        connection.data(99, GrpcRequests.framed(GrpcRequests.sums(1, 2)), true);
        assertEquals("200", connection.status(99));
        Frame data = connection.next();
        assertEquals(RawHttp2.DATA, data.type());
        Http2Headers trailers = connection.answerHead(99);
        assertEquals("0", trailers.get("grpc-status").toString());
        connection.close();
        gateway.awaitNothingInFlight();
        Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
    }

    private void call(int stream, String path, boolean end, String... more) throws IOException {
        String[] all =
                Arrays.copyOf(new String[] {"content-type", "application/grpc", "te", "trailers"}, 4 + more.length);
        System.arraycopy(more, 0, all, 4, more.length);
        connection.head(stream, "POST", path, end, all);
    }

    /** An answer that is nothing but its head, which says that. */
    private void assertRefused(int stream, String status, String... words) throws IOException {
        Http2Headers head = connection.answerHead(stream);
        assertEquals("200", head.status().toString());
        assertEquals("application/grpc", head.get("content-type").toString());
        String message = URLDecoder.decode(head.get("grpc-message").toString(), StandardCharsets.UTF_8);
        assertEquals(status, head.get("grpc-status").toString(), message);
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    private void assertResetWithoutError(int stream) throws IOException {
        Frame reset = connection.next();
        assertEquals(RawHttp2.RST_STREAM, reset.type());
        assertEquals(stream, reset.stream());
        assertEquals(0, reset.code());
    }

    private static byte[] sums() {
        return GrpcRequests.framed(GrpcRequests.sums(3, 4));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void noMessage() throws IOException {
        call(1, INFER, true);
        assertRefused(1, INVALID, "there is none");
        call(3, LIVE, true);
        assertRefused(3, INVALID, "there is none");
    }

    /** Whole or not, a call that does not come to its end holds nothing for longer than a request may take. */
    @Test
    void noEnd() throws IOException {
        byte[] live = GrpcRequests.framed(ServerLiveRequest.getDefaultInstance());
        noEnd(1, INFER, new byte[0]);
        noEnd(3, INFER, Arrays.copyOf(sums(), 3));
        noEnd(5, INFER, sums());
        noEnd(7, LIVE, live);
    }

    private void noEnd(int stream, String path, byte[] sent) throws IOException {
        call(stream, path, false);
        connection.data(stream, sent, false);
        assertRefused(stream, LATE);
        assertResetWithoutError(stream);
    }

    @Test
    void noEndWithinTheTimeOfTheClient() throws IOException {
        call(1, INFER, false, "grpc-timeout", "20m");
        connection.data(1, sums(), false);
        assertRefused(1, LATE);
        assertResetWithoutError(1);
    }

    @Test
    void aStreamWithinTheTimeOfTheClient() throws IOException {
        call(1, WATCH, false, "grpc-timeout", "50m");
        connection.data(1, GrpcRequests.framed(HealthCheckRequest.getDefaultInstance()), true);
        assertEquals("200", connection.status(1));
        assertEquals(RawHttp2.DATA, connection.next().type());
        assertEquals(LATE, connection.answerHead(1).get("grpc-status").toString());
        call(3, REFLECTION, false, "grpc-timeout", "50m");
        assertRefused(3, LATE, "stream");
        assertResetWithoutError(3);
    }

    @Test
    void twoTimes() throws IOException {
        int stream = 1;
        for (String path : new String[] {INFER, LIVE, WATCH, REFLECTION}) {
            call(stream, path, true, "grpc-timeout", "1S", "grpc-timeout", "2S");
            assertRefused(stream, INVALID, "grpc-timeout: is there 2 times");
            stream += 2;
        }
    }

    /** What a client sends beyond it is not kept in the windows of HTTP/2. */
    @Test
    void whoWatchesAsksOnce() throws IOException {
        byte[] asked = GrpcRequests.framed(HealthCheckRequest.getDefaultInstance());
        call(1, WATCH, false);
        connection.data(1, asked, false);
        assertEquals("200", connection.status(1));
        assertEquals(RawHttp2.DATA, connection.next().type());
        connection.data(1, asked, false);
        Http2Headers trailers = connection.answerHead(1);
        assertEquals(INVALID, trailers.get("grpc-status").toString());
        assertResetWithoutError(1);
    }

    @Test
    void twoMessages() throws IOException {
        call(1, LIVE, false);
        byte[] one = GrpcRequests.framed(ServerLiveRequest.getDefaultInstance());
        connection.data(1, one, false).data(1, one, true);
        assertRefused(1, INVALID, "a second one");
        call(3, INFER, false);
        connection.data(3, sums(), false).data(3, sums(), true);
        assertRefused(3, INVALID, "a second one");
    }

    /** At every byte, the five before the message included. */
    @Test
    void cutMessages() throws IOException {
        byte[] whole = sums();
        int stream = 1;
        for (int length = 1; length < whole.length; length++) {
            call(stream, INFER, false);
            connection.data(stream, Arrays.copyOf(whole, length), true);
            assertRefused(stream, INVALID, "ended");
            stream += 2;
            if (stream == 99) {
                stream += 2; // that one comes last
                connection.close();
                connection = new RawHttp2(gateway.port(), WINDOW);
                stream = 1;
            }
        }
    }

    @Test
    void aMessageInSinglesBytes() throws IOException {
        call(1, INFER, false);
        byte[] whole = sums();
        for (int at = 0; at < whole.length; at++) {
            connection.data(1, new byte[] {whole[at]}, at == whole.length - 1);
        }
        assertEquals("200", connection.status(1));
        assertEquals(RawHttp2.DATA, connection.next().type());
        assertEquals("0", connection.answerHead(1).get("grpc-status").toString());
    }

    @Test
    void prefixesThatAreNone() throws IOException {
        call(1, INFER, false);
        connection.data(1, GrpcRequests.framed(2, new byte[3]), true);
        assertRefused(1, INVALID, "begins with 2");
        call(3, INFER, false);
        connection.data(3, GrpcRequests.framed(1, gzip(GrpcRequests.sums(1, 2).toByteArray())), true);
        assertRefused(3, INVALID, "grpc-encoding does not say");
    }

    @Test
    void compressedMessagesThatAreBroken() throws IOException {
        byte[] compressed = gzip(GrpcRequests.sums(1, 2).toByteArray());
        call(1, INFER, false, "grpc-encoding", "gzip");
        connection.data(1, GrpcRequests.framed(1, Arrays.copyOf(compressed, compressed.length - 9)), true);
        assertRefused(1, INVALID, "message: the compressed data end too early");
        call(3, INFER, false, "grpc-encoding", "gzip");
        connection.data(3, GrpcRequests.framed(1, new byte[] {1, 2, 3, 4}), true);
        assertRefused(3, INVALID, "message: ");
        call(5, INFER, false, "grpc-encoding", "gzip");
        connection.data(5, GrpcRequests.framed(1, compressed), true);
        assertEquals("200", connection.status(5));
        assertEquals(RawHttp2.DATA, connection.next().type());
        assertEquals("0", connection.answerHead(5).get("grpc-status").toString());
    }

    /** By what is announced, before it comes; and by what comes out of little. */
    @Test
    void messagesThatAreTooLong() throws IOException {
        call(1, INFER, false);
        connection.data(1, new byte[] {0, 0, 0, 4, 1}, false);
        Http2Headers head = connection.answerHead(1);
        assertEquals(EXHAUSTED, head.get("grpc-status").toString());
        assertEquals("-1", head.get("grpc-retry-pushback-ms").toString());
        assertResetWithoutError(1);
        call(3, INFER, false, "grpc-encoding", "gzip");
        connection.data(3, GrpcRequests.framed(1, gzip(new byte[1 << 20])), true);
        assertRefused(3, EXHAUSTED, "1024 bytes (grpc.max_message_size)");
    }

    /** Its name is known from the first bytes, so nobody waits for the rest. */
    @Test
    void anUnknownModelIsRefusedBeforeItsTensors() throws IOException {
        ModelInferRequest request =
                GrpcRequests.sums(1, 2).toBuilder().setModelName("nobody").build();
        call(1, INFER, false);
        connection.data(1, Arrays.copyOf(GrpcRequests.framed(request), 20), false);
        assertRefused(1, NOT_FOUND, "nobody");
        assertResetWithoutError(1);
    }

    @Test
    void aMessageThatDoesNotComeWhole() throws IOException {
        call(1, INFER, false);
        connection.data(1, Arrays.copyOf(sums(), 30), false);
        assertRefused(1, LATE, "body");
        assertResetWithoutError(1);
    }

    @Test
    void aClientThatGoesInTheMiddleOfItsMessage() throws IOException {
        call(1, INFER, false);
        connection.data(1, Arrays.copyOf(sums(), 30), false).reset(1, RawHttp2.CANCEL);
    }

    @Test
    void whatIsNoCallOfGrpc() throws IOException {
        call(1, "/", true);
        assertRefused(1, UNIMPLEMENTED, "there is no method / here");
        connection.head(3, "GET", INFER, true, "content-type", "application/grpc");
        Http2Headers wrongMethod = connection.answerHead(3);
        assertEquals("405", wrongMethod.status().toString());
        assertEquals("POST", wrongMethod.get("allow").toString());
        assertTrue(connection.next().text().contains("POST over HTTP/2"));
        connection.head(5, "POST", INFER, true, "content-type", "application/json");
        assertEquals("415", connection.status(5));
        String json = connection.next().text();
        assertTrue(json.contains("application/grpc, and got \\\"application/json\\\""), json);
        connection.head(7, "POST", INFER, true);
        assertEquals("415", connection.status(7));
        assertTrue(connection.next().text().contains("and got none"));
    }

    /** Its clients look for a status of gRPC, and would make no more of one of HTTP than that it is unknown. */
    @Test
    void whatIsNearlyGrpc() throws IOException {
        connection.head(1, "POST", INFER, true, "content-type", "application/grpc+json");
        assertUnimplemented(1, "application/grpc+json", "messages in protobuf");
        connection.head(3, "POST", INFER, false, "content-type", "application/grpc-web+proto");
        assertUnimplemented(3, "application/grpc-web+proto", "gRPC-Web is not served");
        assertResetWithoutError(3);
        try (RawConnection old = new RawConnection(gateway.port())) {
            old.send("POST " + INFER + " HTTP/1.1\r\nhost: test\r\ncontent-type: application/grpc\r\n"
                    + "content-length: 5\r\n\r\nabcde");
            Answer answer = old.answer();
            assertEquals(200, answer.status());
            assertEquals(UNIMPLEMENTED, answer.header("grpc-status"));
            assertTrue(String.valueOf(answer.header("grpc-message")).contains("grpc_pass"), answer::toString);
            old.send("POST " + INFER + " HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\n{}");
            assertEquals(415, old.answer().status());
        }
    }

    private void assertUnimplemented(int stream, String type, String word) throws IOException {
        Frame frame = connection.next();
        assertEquals(stream, frame.stream());
        assertTrue(frame.endsStream(), frame::toString);
        Http2Headers head = connection.headers(frame);
        assertEquals("200", head.status().toString());
        assertEquals(type, head.get("content-type").toString());
        assertEquals(UNIMPLEMENTED, head.get("grpc-status").toString());
        assertTrue(head.get("grpc-message").toString().contains(word), head::toString);
    }
}
