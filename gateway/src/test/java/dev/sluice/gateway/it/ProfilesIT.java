package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for V2 holds for the protocols of other servers: keys, limits, quotas, deadlines, drain, metrics. */
class ProfilesIT {

    private static final String ECHO = "/v1/models/echo:predict";
    private static final String ROW = "{\"instances\":[[0.5,1.5]]}";
    private static final String ANSWER = "{\"predictions\":[[0.5,1.5]]}";
    private static final String TFS = "compat.profile=tensorflow-serving";
    private static final String ALL =
            "compat.listeners=[\"tensorflow-serving: 0\", \"kserve-v1: 0\", \"torchserve: 0\", \"djl-serving: 0\"]";
    private static final String BOTH = "compat.listeners=[\"tensorflow-serving: 0\", \"kserve-v1: 0\", \"v2: 0\"]";

    private static final String KEY = "7b9d3c53e5f6482a9a6dd7a0f6f0a1c4";
    private static final String KEY_LINE = "tester 0235517b925f97814402af6aa0446873dbbae901f193e9289e3ee4d7b4155323\n";

    private static Answer post(RunningGateway gateway, int port, String path, String body, String... headers) {
        HttpRequest.Builder request = gateway.request(port, path).POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    private static Answer get(RunningGateway gateway, int port, String path) {
        return Waiting.await(gateway.send(gateway.request(port, path).build()));
    }

    @Test
    void severalAreSpokenInOneProcessEachOnItsPort() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, BOTH)) {
            int tfs = gateway.profilePort(0);
            int kserve = gateway.profilePort(1);
            int v2 = gateway.profilePort(2);
            assertEquals(4, Set.of(gateway.port(), tfs, kserve, v2).size());
            assertEquals(ANSWER, post(gateway, tfs, ECHO, ROW).body());
            assertEquals(ANSWER, post(gateway, kserve, ECHO, ROW).body());
            assertEquals("AVAILABLE", state(get(gateway, tfs, "/v1/models/echo")));
            assertEquals(
                    "{\"name\":\"echo\",\"ready\":true}",
                    get(gateway, kserve, "/v1/models/echo").body());
            assertEquals("{\"status\":\"alive\"}", get(gateway, kserve, "/").body());
            assertEquals(
                    200,
                    post(gateway, v2, "/v2/models/echo/infer", Requests.echo(1)).status());
            assertEquals(
                    "there is nothing at /v2; see GET /openapi/tensorflow-serving.json",
                    get(gateway, tfs, "/v2").error(404));
            assertEquals(
                    "there is nothing at /v3; see GET /openapi/kserve-v1.json",
                    get(gateway, kserve, "/v3").error(404));
            assertEquals(gateway.get("/v2").body(), get(gateway, kserve, "/v2").body());
            assertEquals(
                    200,
                    post(gateway, kserve, "/v2/models/echo/infer", Requests.echo(1))
                            .status());
            get(gateway, v2, "/v1/models/echo").error(404);
            gateway.get("/v1/models/echo").error(404);
            gateway.awaitNothingInFlight();
            MetricsPage page = gateway.metrics();
            assertEquals(
                    1, page.value("sluice_requests_total", "protocol=\"tensorflow_serving\"", "outcome=\"success\""));
            assertEquals(1, page.value("sluice_requests_total", "protocol=\"kserve_v1\"", "outcome=\"success\""));
            assertEquals(2, page.value("sluice_requests_total", "protocol=\"http\"", "outcome=\"success\""));
        }
    }

    private static String state(Answer answer) {
        return answer.json()
                .getJsonArray("model_version_status")
                .getJsonObject(0)
                .getString("state");
    }

    /** Routes go by the path that is left when its dots have been followed. */
    @Test
    void whatIsBelowV2DoesNotLeadOutOfIt() throws IOException {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, BOTH)) {
            for (String outside : List.of("/v2/../metrics", "/v2/%2e%2E/metrics", "/v2/./../metrics")) {
                try (RawConnection connection = new RawConnection(gateway.profilePort(1))) {
                    connection.send("GET " + outside + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    assertEquals(404, connection.answer().status(), outside);
                }
            }
        }
    }

    @Test
    void requestsOfAllProtocolsShareBatches() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, BOTH, "worker.instances=1")) {
            int tfs = gateway.profilePort(0);
            List<CompletableFuture<Answer>> answers = IntStream.range(0, 200)
                    .mapToObj(i -> gateway.send(gateway.request(
                                    i % 2 == 0 ? tfs : gateway.port(),
                                    i % 2 == 0 ? "/v1/models/pick:predict" : "/v2/models/pick/infer")
                            .POST(BodyPublishers.ofString(
                                    i % 2 == 0 ? "{\"instances\":[" + i % 10 + "]}" : Requests.pick(i % 10)))
                            .build()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                Answer answer = Waiting.await(answers.get(i));
                JsonArray got = i % 2 == 0 ? answer.json().getJsonArray("predictions") : answer.data();
                assertEquals(new JsonArray().add(i % 10 * 1.5), got);
            }
            gateway.awaitNothingInFlight();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http.port=9, 'kserve-v1: 9'",
        "admin.port=9, 'kserve-v1: 9'",
        "grpc.port=9, 'kserve-v1: 9'",
        "http.front_loops=1, 'v2: 9,kserve-v1: 9'"
    })
    void aPortIsForOneListener(String setting, String listeners) {
        AssertionError refused = assertThrows(
                AssertionError.class,
                () -> RunningGateway.start(Places.TEST_MODELS, "compat.listeners=" + listeners, setting));
        assertTrue(String.valueOf(refused.getCause()).contains("each needs a port of its own"), refused.toString());
        assertInstanceOf(SettingsException.class, refused.getCause(), "the process ends with 2, as of other settings");
    }

    @Test
    void keysAreAskedForBeforeAnythingIsTold(@TempDir Path folder) throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), KEY_LINE);
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, TFS, BOTH, "security.api_keys_file=" + keys)) {
            for (int port : List.of(gateway.port(), gateway.profilePort(0), gateway.profilePort(1))) {
                assertEquals(200, get(gateway, port, "/v2/health/live").status());
                assertEquals(200, get(gateway, port, "/v2/health/ready").status());
                post(gateway, port, ECHO, ROW).error(401);
                get(gateway, port, "/v1/models/nobody").error(401);
                get(gateway, port, "/v1/foo").error(401);
                post(gateway, port, "/v2/models/echo/infer", Requests.echo(1)).error(401);
                assertEquals(
                        ANSWER, post(gateway, port, ECHO, ROW, "x-api-key", KEY).body());
            }
        }
    }

    @Test
    void quotasAreSharedWithV2AndToldAsThere() {
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS, TFS, "admission.client_header=X-Client", "limits.clients=[\"*: 2 requests/h\"]")) {
            int port = gateway.port();
            Answer first = post(gateway, port, ECHO, ROW, "x-client", "a");
            assertEquals(200, first.status(), first.body());
            assertEquals("\"requests\";q=2;w=3600", first.header("ratelimit-policy"));
            assertEquals(
                    200,
                    gateway.post("/v2/models/echo/infer", Requests.echo(1), "x-client", "a")
                            .status());
            Answer refused = post(gateway, port, ECHO, ROW, "x-client", "a");
            assertTrue(refused.error(429).startsWith("this client has used up its requests"), refused.body());
            assertTrue(refused.headers().containsKey("retry-after"), refused.toString());
            assertEquals(200, post(gateway, port, ECHO, ROW, "x-client", "b").status());
        }
    }

    @Test
    void deadlinesAndLimitsOfBodiesHold() {
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS,
                TFS,
                "worker.instances=1",
                "http.max_body_size=1KiB",
                "worker.give_up_after=10ms")) {
            String slow = "{\"inputs\":{\"x\":[1.0],\"steps\":[100000000]}}";
            post(gateway, gateway.port(), "/v1/models/slow:predict", slow, "sluice-timeout-ms", "200")
                    .error(504);
            String long1 = "{\"instances\":[[" + "1.0,".repeat(500) + "1.0]]}";
            post(gateway, gateway.port(), ECHO, long1).error(413);
            post(gateway, gateway.port(), ECHO, ROW, "sluice-timeout-ms", "soon")
                    .error(400);
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aGatewayThatStopsAnswersWhatItHasBegunAndClosesItsPorts() {
        RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, BOTH, "worker.instances=1", "admission.drain_timeout=50s");
        List<CompletableFuture<Answer>> sent = IntStream.range(0, 8)
                .mapToObj(i -> gateway.send(gateway.request(gateway.profilePort(i % 2), "/v1/models/slow:predict")
                        .POST(BodyPublishers.ofString("{\"instances\":[{\"x\":1.0,\"steps\":2000}]}"))
                        .build()))
                .toList();
        Waiting.until(
                "all let in",
                () -> gateway.metrics().value("sluice_in_flight_requests")
                                + gateway.metrics().value("sluice_requests_total", "model=\"slow\"")
                        >= 8);
        int port = gateway.profilePort(0);
        gateway.close();
        for (CompletableFuture<Answer> each : sent) {
            assertEquals(200, Waiting.await(each).status());
        }
        assertThrows(ConnectException.class, () -> new RawConnection(port).close());
    }

    @Test
    void aCompressedBodyIsReadAndAnAnswerCompressed() throws IOException {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, TFS, "http.compress_responses=true")) {
            String many = "{\"instances\":[[" + "0.125,".repeat(999) + "0.125]]}";
            HttpResponse<byte[]> response = gateway.sendForBytes(gateway.request(ECHO)
                    .header("content-encoding", "gzip")
                    .header("accept-encoding", "gzip")
                    .POST(BodyPublishers.ofByteArray(compressed(many)))
                    .build());
            assertEquals(200, response.statusCode());
            assertEquals(
                    "gzip", response.headers().firstValue("content-encoding").orElse("none"));
            GZIPInputStream answer = new GZIPInputStream(new ByteArrayInputStream(response.body()));
            assertEquals(
                    many.replace("instances", "predictions"),
                    new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aCodingThatIsNotReadIsNotOneThatIsMissingHere() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, BOTH)) {
            for (int place = 0; place < 2; place++) {
                post(gateway, gateway.profilePort(place), ECHO, ROW, "content-encoding", "br")
                        .error(415);
            }
        }
    }

    private static byte[] compressed(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream compressing = new GZIPOutputStream(out)) {
            compressing.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    @Test
    void http2IsSpokenOnTheirPortsToo() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, BOTH);
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            HttpRequest warmUp =
                    gateway.request(gateway.profilePort(0), "/v1/models/echo").build();
            Waiting.await(
                    client.sendAsync(warmUp, BodyHandlers.ofString())); // the upgrade goes with a request without body
            HttpResponse<String> answer = Waiting.await(client.sendAsync(
                    gateway.request(gateway.profilePort(0), ECHO)
                            .POST(BodyPublishers.ofString(ROW))
                            .build(),
                    BodyHandlers.ofString()));
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals(ANSWER, answer.body());
        }
    }

    @Test
    void whatNeverComesToAPathIsRefusedInTheFormOfThePort(@TempDir Path folder) throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), KEY_LINE);
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS,
                ALL,
                "security.api_keys_file=" + keys,
                "http.max_body_size=1KiB",
                "worker.instances=1",
                "worker.give_up_after=10ms")) {
            for (int place : List.of(2, 3)) {
                int port = gateway.profilePort(place);
                assertTyped(401, "this server asks for a key", post(gateway, port, "/predictions/echo", "[1]"));
                assertTyped(404, "Requested resource", post(gateway, port, "/v2", "", "x-api-key", KEY));
                assertTyped(405, "Requested method", post(gateway, port, "/ping", "", "x-api-key", KEY));
                String many = "[" + "1.0,".repeat(500) + "1.0]";
                assertTyped(
                        413, "the request is larger", post(gateway, port, "/predictions/echo", many, "x-api-key", KEY));
                Answer late = post(
                        gateway,
                        port,
                        "/predictions/slow",
                        "{\"x\":[1.0],\"steps\":[100000000]}",
                        "x-api-key",
                        KEY,
                        "sluice-timeout-ms",
                        "200",
                        "x-request-id",
                        "mine");
                assertTyped(504, "the deadline passed", late);
                assertEquals("mine", late.header("x-request-id"));
            }
        }
    }

    private static void assertTyped(int status, String message, Answer answer) {
        assertEquals(status, answer.status(), answer.body());
        assertEquals(status, answer.json().getInteger("code"));
        assertTrue(answer.json().getString("type").endsWith("Exception"), answer.body());
        assertTrue(answer.json().getString("message").startsWith(message), answer.body());
    }

    @Test
    void aClientThatGoesLeavesNothingBehind() throws IOException {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, TFS, "worker.instances=1", "worker.give_up_after=10ms")) {
            try (RawConnection going = new RawConnection(gateway.port())) {
                going.post("/v1/models/slow:predict", "{\"inputs\":{\"x\":[1.0],\"steps\":[100000000]}}");
                Waiting.until("in flight", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
            }
            gateway.awaitNothingInFlight();
            assertEquals(
                    1,
                    gateway.metrics()
                            .value(
                                    "sluice_requests_total",
                                    "protocol=\"tensorflow_serving\"",
                                    "outcome=\"cancelled\""));
        }
    }

    @Test
    void theirDocumentsSayWhatIsServed() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, ALL)) {
            checkDocument(gateway, gateway.profilePort(0), "tensorflow-serving");
            checkDocument(gateway, gateway.profilePort(1), "kserve-v1");
            checkDocument(gateway, gateway.profilePort(2), "torchserve");
            checkDocument(gateway, gateway.profilePort(3), "djl-serving");
        }
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "compat.listeners=openai: 0")) {
            checkDocument(gateway, gateway.profilePort(0), "openai");
        }
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS, "compat.listeners=[\"mlflow: 0\", \"sagemaker: 0\"]", "http.default_model=echo")) {
            checkDocument(gateway, gateway.profilePort(0), "mlflow");
            checkDocument(gateway, gateway.profilePort(1), "sagemaker");
        }
    }

    /** Every path of the document is there, with its method: whatever is answered, it is not that there is none. */
    private static void checkDocument(RunningGateway gateway, int port, String profile) {
        JsonObject paths =
                get(gateway, port, "/openapi/" + profile + ".json").json().getJsonObject("paths");
        assertTrue(paths.size() >= 3, paths.encode());
        for (String path : paths.fieldNames()) {
            String real =
                    path.replace("{model}", "echo").replace("{version}", "1").replace("{label}", "stable");
            JsonObject at = paths.getJsonObject(path);
            Set<String> named = Pattern.compile("\\{(\\w+)}")
                    .matcher(path)
                    .results()
                    .map(found -> "#/components/parameters/" + found.group(1))
                    .collect(Collectors.toSet());
            Set<String> declared = at.getJsonArray("parameters", new JsonArray()).stream()
                    .map(each -> ((JsonObject) each).getString("$ref"))
                    .collect(Collectors.toSet());
            assertEquals(named, declared, path);
            Answer answer = at.containsKey("get") ? get(gateway, port, real) : post(gateway, port, real, ROW);
            assertTrue(Set.of(200, 400, 426, 501).contains(answer.status()), real + " " + answer);
            assertTrue(!answer.body().contains("Malformed request"), real + " " + answer);
        }
    }
}
