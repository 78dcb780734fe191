package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import dev.sluice.gateway.front.grpc.wire.ServerLiveRequest;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import dev.sluice.worker.settings.SettingsException;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Who shows no key is let in by no protocol, and whoever shows one is known by its name. */
class ApiKeysIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String STREAM = "/v2/models/sums/stream";
    private static final String HEALTH = "grpc.health.v1.Health";
    private static final String ALICE = "key-of-alice";
    private static final String ALICE_TOO = "second-key-of-alice";
    private static final String MODEL_INFER = "/" + GrpcCaller.INFERENCE + "/ModelInfer";
    private static final String BOB = "key-of-bob";
    private static final String STRANGER = "nobody-knows-this-key";
    private static final int LONG_BODY = 64 << 20;

    /** What {@code sha256sum} says of the keys above. */
    private static final String KEYS = """
            # who may call
            alice d16a80956c32f3f5fb979bea408abac8c3eef6c54ecb234279e337146cf87b47
            alice 66573b4eab2213f8e7d138792d77380b05bccb3a050d1f3fe7d63e4c905237a3
            bob   808a1d81b5de08d72083995df738947d519d230a20c236003268f0f4b65ee475
            """;

    @TempDir
    static Path folder;

    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
    private static final Logger ACCESS = (Logger) LoggerFactory.getLogger("sluice.access");
    private static RunningGateway gateway;
    private static GrpcCaller grpc;

    @BeforeAll
    static void start() throws IOException {
        LOG.list = new CopyOnWriteArrayList<>();
        LOG.start();
        ACCESS.setLevel(Level.INFO);
        ACCESS.addAppender(LOG);
        Path keys = Files.writeString(folder.resolve("keys"), KEYS);
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "security.api_keys_file=" + keys,
                "security.open_paths=[/v2/health/*, /grpc.health.v1.Health/*, /metrics]",
                "admission.client_header=X-Client",
                "http.access_log=true",
                "http.cors_origins=[\"https://app.example.org\"]",
                "limits.clients=[\"alice: 3 requests/h\"]");
        grpc = new GrpcCaller(gateway.port());
    }

    @AfterAll
    static void stop() {
        grpc.close();
        gateway.close();
        ACCESS.detachAppender(LOG);
        ACCESS.setLevel(null);
    }

    @AfterEach
    void everyPermitIsBack() {
        gateway.awaitNothingInFlight();
    }

    private static Answer ask(String path, String... headers) {
        HttpRequest.Builder request = gateway.request(path).POST(BodyPublishers.ofString(Requests.sums(1, 2)));
        request.header("content-type", "application/json");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    private static void assertRefused(Answer answer, String why) {
        assertTrue(answer.error(401).contains(why), answer.body());
        assertEquals("Bearer realm=\"sluice\"", answer.header("www-authenticate"));
        assertNull(answer.header("retry-after"));
        assertNull(answer.header("ratelimit"));
    }

    @Test
    void asksForAKeyBeforeAnythingElse() {
        for (String path :
                List.of(SUMS, "/v2/models/none/infer", "/v2/models/none", "/v2", "/", "/draw", "/none", MODEL_INFER)) {
            assertRefused(ask(path), "asks for a key");
            assertRefused(gateway.get(path), "asks for a key");
        }
        assertRefused(ask(SUMS, "authorization", "Basic " + BOB), "asks for a key");
    }

    @Test
    void takesAKeyInEitherHeader() {
        assertEquals(3, ask(SUMS, "authorization", "Bearer " + BOB).data().getInteger(0));
        assertEquals(200, ask(SUMS, "authorization", "bearer  " + BOB).status());
        assertEquals(200, ask(SUMS, "x-api-key", BOB).status());
        assertEquals(
                200,
                ask(SUMS, "x-api-key", BOB, "authorization", "Bearer " + BOB).status());
        assertEquals(
                200,
                ask(SUMS, "x-api-key", BOB, "authorization", "Basic of-a-proxy").status());
        assertEquals(404, ask("/v2/models/none/infer", "x-api-key", BOB).status());
    }

    @Test
    void refusesAKeyThatNobodyHas() {
        for (String key : List.of(
                STRANGER, BOB + "x", "808a1d81b5de08d72083995df738947d519d230a20c236003268f0f4b65ee475", "bob")) {
            assertRefused(ask(SUMS, "authorization", "Bearer " + key), "unknown");
            assertRefused(ask(SUMS, "x-api-key", key), "unknown");
        }
        assertRefused(ask(SUMS, "x-api-key", BOB, "authorization", "Bearer " + ALICE), "different keys");
        assertRefused(ask(SUMS, "x-api-key", BOB, "x-api-key", STRANGER), "different keys");
    }

    @Test
    void healthIsOpen() {
        assertEquals(200, gateway.get("/v2/health/live").status());
        assertEquals(200, gateway.get("/v2/health/ready").status());
        assertEquals(
                GrpcStatus.OK,
                grpc.call(HEALTH, "Check", HealthCheckRequest.getDefaultInstance())
                        .status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/health/../models/sums/infer",
                "/v2/health/%2e%2e/models/sums/infer",
                "/v2/health/x/../../models/sums/infer",
                "/v2/health/..%2fmodels/sums/infer",
                "/metrics/../v2/models/sums/infer",
                "//v2/health/../models/sums/infer"
            })
    void noPathLeadsPastAnOpenOne(String path) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            int status = connection.post(path, Requests.sums(1, 2)).answer().status();
            assertTrue(status == 401 || status == 404 || status == 405, path + " is answered with " + status);
        }
        try (RawHttp2 connection = new RawHttp2(gateway.port(), 1 << 16)) {
            String status = connection.post(1, path, Requests.sums(1, 2)).status(1);
            assertTrue(List.of("401", "404", "405").contains(status), path + " is answered with " + status);
        }
    }

    @Test
    void theKeyIsTheClientInEveryProtocolAndNoHeaderIs() throws Exception {
        assertEquals(200, ask(SUMS, "x-api-key", ALICE, "x-client", "bob").status());
        assertEquals(
                GrpcStatus.OK,
                grpc.infer(GrpcRequests.sums(1, 2), "authorization", "Bearer " + ALICE_TOO)
                        .status());
        try (RawStream stream = RawStream.open(gateway.port(), STREAM, 1 << 16, "x-api-key: " + ALICE + "\r\n")) {
            assertTrue(stream.text(Requests.sums(1, 2)).message().text().contains("outputs"));
            assertTrue(stream.text(Requests.sums(1, 2)).message().text().contains("throttled"));
        }
        assertEquals(429, ask(SUMS, "x-api-key", ALICE, "x-client", "bob").status());
        assertEquals(
                GrpcStatus.RESOURCE_EXHAUSTED,
                grpc.infer(GrpcRequests.sums(1, 2), "x-api-key", ALICE_TOO).status());
        assertEquals(200, ask(SUMS, "x-api-key", BOB, "x-client", "alice").status());
    }

    @Test
    void grpcAsksForAKeyAsWell() throws IOException {
        try (RawConnection old = new RawConnection(gateway.port())) {
            String head = "POST " + MODEL_INFER + " HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\n";
            old.send(head + "content-length: 0\r\n\r\n");
            assertEquals("16", old.answer().header("grpc-status"), "before what is served how");
        }
        assertEquals(
                "UNAUTHENTICATED", grpc.infer(GrpcRequests.sums(1, 2)).status().name());
        Reply refused = grpc.infer(GrpcRequests.sums(1, 2), "authorization", "Bearer " + STRANGER);
        assertEquals(GrpcStatus.UNAUTHENTICATED, refused.status());
        assertEquals("the key is unknown here", refused.message());
        assertEquals(
                GrpcStatus.UNAUTHENTICATED,
                grpc.call(GrpcCaller.INFERENCE, "ServerLive", ServerLiveRequest.getDefaultInstance())
                        .status());
        assertEquals(
                GrpcStatus.UNAUTHENTICATED,
                grpc.call(GrpcCaller.INFERENCE, "ThereIsNone", ServerLiveRequest.getDefaultInstance())
                        .status());
        assertEquals(
                GrpcStatus.OK,
                grpc.infer(GrpcRequests.sums(1, 2), "x-api-key", BOB).status());
    }

    @Test
    void aStreamOpensWithAKeyInAHeaderOrAmongTheSubprotocols() throws IOException {
        assertEquals("401", handshake("").get("status"));
        assertEquals("401", handshake("x-api-key: " + STRANGER + "\r\n").get("status"));
        assertEquals("401", handshake(subprotocols(STRANGER)).get("status"));
        assertEquals("101", handshake("authorization: Bearer " + BOB + "\r\n").get("status"));
        Map<String, String> browser = handshake(subprotocols(BOB));
        assertEquals("101", browser.get("status"));
        assertEquals("sluice.v2.stream.1", browser.get("sec-websocket-protocol"));
    }

    private static String subprotocols(String key) {
        return "sec-websocket-protocol: sluice.v2.stream.1, sluice.key." + key + "\r\n";
    }

    private static Map<String, String> handshake(String headers) throws IOException {
        try (RawStream stream = new RawStream(gateway.port(), 1 << 16)) {
            return stream.handshake(STREAM, headers);
        }
    }

    @Test
    void theBodyOfAStrangerIsNotRead() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer answer = connection
                    .send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: "
                            + LONG_BODY + "\r\n\r\n")
                    .answer();
            assertRefused(answer, "asks for a key");
            assertEquals("close", answer.header("connection"));
        }
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String body = Requests.sums(1, 2);
            assertRefused(connection.post(SUMS, body).answer(), "asks for a key");
            String head = "POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nx-api-key: " + BOB + "\r\ncontent-length: ";
            connection.send(head + body.length() + "\r\n\r\n" + body);
            assertEquals(200, connection.answer().status(), "a short body costs no connection");
        }
        try (RawHttp2 connection = new RawHttp2(gateway.port(), 1 << 16)) {
            connection.head(1, "POST", SUMS, false, "content-length", Integer.toString(LONG_BODY));
            Http2Headers head = connection.answerHead(1);
            assertEquals("401", head.status().toString());
            RawHttp2.Frame frame = connection.next();
            while (frame.type() != RawHttp2.RST_STREAM) {
                frame = connection.next();
            }
            assertEquals(0, frame.code(), "no error, but send no more");
            String body = Requests.sums(1, 2);
            connection.head(3, "POST", SUMS, false, "x-api-key", BOB).data(3, body, true);
            assertEquals("200", connection.status(3), "the connection goes on");
        }
    }

    @Test
    void aPageMayAskWhatItMaySend() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer answer = connection
                    .send("OPTIONS " + SUMS + " HTTP/1.1\r\nhost: x\r\norigin: https://app.example.org\r\n"
                            + "access-control-request-method: POST\r\n\r\n")
                    .answer();
            assertEquals(204, answer.status());
            String taken = String.valueOf(answer.header("access-control-allow-headers"));
            assertTrue(taken.contains("authorization") && taken.contains("x-api-key"), taken);
        }
        Answer refused = ask(SUMS, "origin", "https://app.example.org");
        assertRefused(refused, "asks for a key");
        assertEquals("https://app.example.org", refused.header("access-control-allow-origin"));
    }

    @Test
    void refusalsAreCountedAndTheLogHasNamesAndNoKeys() {
        double before = strangers("http") + strangers("grpc");
        ask("/v2/models/none/infer", "x-api-key", STRANGER);
        grpc.infer(GrpcRequests.sums(1, 2), "x-api-key", STRANGER);
        assertEquals(before + 2, strangers("http") + strangers("grpc"));
        ask(SUMS, "x-api-key", BOB, "x-request-id", "of-bob");
        Waiting.until("the line of that answer", () -> lines().stream().anyMatch(ApiKeysIT::isOfBob));
        assertEquals(
                List.of("bob"),
                lines().stream()
                        .filter(ApiKeysIT::isOfBob)
                        .map(line -> line.getString("client"))
                        .toList());
        String all = lines().toString();
        for (String key : List.of(ALICE, ALICE_TOO, BOB, STRANGER)) {
            assertFalse(all.contains(key), "the log has a key: " + all);
        }
    }

    private static List<JsonObject> lines() {
        return LOG.list.stream()
                .map(event -> new JsonObject(event.getFormattedMessage()))
                .toList();
    }

    private static boolean isOfBob(JsonObject line) {
        return "of-bob".equals(line.getString("request_id"));
    }

    private static double strangers(String protocol) {
        MetricsPage page = gateway.metrics();
        String outcome = "outcome=\"unauthenticated\"";
        return page.text().contains(outcome)
                ? page.samples()
                        .filter(line -> line.startsWith("sluice_requests_total") && line.contains(outcome))
                        .filter(line -> line.contains("protocol=\"" + protocol + "\""))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum()
                : 0;
    }

    @Test
    void doesNotStartWithABrokenFileAndSaysAllThatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("broken"), "bob " + BOB + "\nalice\n");
        SettingsException broken = assertThrows(
                SettingsException.class,
                () -> RunningGateway.start(Places.TEST_MODELS, "security.api_keys_file=" + file));
        assertEquals(2, broken.problems().size(), broken.getMessage());
        assertTrue(broken.problems().getFirst().startsWith(file + ":1: "), broken.getMessage());
        assertTrue(broken.problems().getLast().startsWith(file + ":2: "), broken.getMessage());
        assertFalse(broken.getMessage().contains(BOB), broken.getMessage());
    }

    @Test
    void aChangedFileIsTakenUp() throws IOException {
        String left = "bob 66573b4eab2213f8e7d138792d77380b05bccb3a050d1f3fe7d63e4c905237a3\n"; // alice's second
        Path file = Files.writeString(
                folder.resolve("changing"),
                left + "bob 808a1d81b5de08d72083995df738947d519d230a20c236003268f0f4b65ee475\n");
        try (RunningGateway changing = RunningGateway.start(Places.TEST_MODELS, "security.api_keys_file=" + file);
                GrpcCaller caller = new GrpcCaller(changing.port())) {
            assertEquals(200, statusOf(changing, BOB));
            assertEquals(401, statusOf(changing, ALICE));
            RawStream stream = RawStream.open(changing.port(), STREAM, 1 << 16, "x-api-key: " + BOB + "\r\n");
            assertTrue(stream.text(Requests.sums(1, 2)).message().text().contains("outputs"));
            RawStream any = RawStream.open(changing.port(), "/v2/stream", 1 << 16, "x-api-key: " + BOB + "\r\n");
            RawStream other = RawStream.open(changing.port(), STREAM, 1 << 16, "x-api-key: " + ALICE_TOO + "\r\n");
            var calls = caller.open(GrpcCaller.INFERENCE, "ModelStreamInfer", "x-api-key", BOB);
            Future<Reply> reply = GrpcCaller.reply(calls);
            Waiting.await(calls.write(Buffer.buffer(GrpcRequests.sums(1, 2).toByteArray())));
            Files.writeString(file, left + "alice d16a80956c32f3f5fb979bea408abac8c3eef6c54ecb234279e337146cf87b47\n");
            Waiting.until("the new key holds", () -> statusOf(changing, ALICE) == 200);
            assertEquals(401, statusOf(changing, BOB));
            assertTrue(stream.text(Requests.sums(1, 2)).message().text().contains("unauthenticated"));
            String unknown = Requests.withMember("\"model_name\":\"none\"", Requests.sums(1, 2));
            assertTrue(any.text(unknown).message().text().contains("unauthenticated"), "nor which models there are");
            assertTrue(other.text(Requests.sums(1, 2)).message().text().contains("outputs"), "of the same name");
            for (RawStream each : List.of(stream, any, other)) {
                each.close();
            }
            ModelInferRequest ofNone =
                    GrpcRequests.sums(1, 2).toBuilder().setModelName("none").build();
            Waiting.await(calls.write(Buffer.buffer(ofNone.toByteArray())));
            calls.end();
            assertEquals(
                    List.of("", "the key that opened this stream holds no more"),
                    Waiting.await(reply).messages().stream()
                            .map(answer -> GrpcCaller.parse(ModelStreamInferResponse.parser(), answer)
                                    .getErrorMessage())
                            .toList());
            assertEquals(401, changing.get("/metrics").status(), "is closed unless opened");
        }
    }

    private static int statusOf(RunningGateway asked, String key) {
        return Waiting.await(
                        asked.send(asked.request("/v2").header("x-api-key", key).build()))
                .status();
    }
}
