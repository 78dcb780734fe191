package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators see and change while a gateway serves. The model has versions 1, 2 and a broken 3; 1 is served. */
class AdminIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path root;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        new Repository(root)
                .with("sums", "1", MODEL)
                .with("sums", "2", MODEL)
                .broken("sums", "3", "no model at all")
                .config("sums", "versions: [1]\n");
        gateway = RunningGateway.start(
                root,
                "admin.port=-1",
                "admin.hosts=sluice.example.org",
                "worker.warm_up_budget=0s",
                "http.max_connections=4");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String stateOf(String version) {
        JsonArray versions = gateway.admin("GET", SUMS, "").json().getJsonArray("versions");
        return versions.stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getLong("version").toString().equals(version))
                .map(each -> each.getString("state"))
                .findFirst()
                .orElse("nowhere");
    }

    @Test
    void showsEveryVersion() {
        JsonObject model = gateway.admin("GET", "/admin/v1/models", "")
                .json()
                .getJsonArray("models")
                .getJsonObject(0);
        assertEquals("sums", model.getString("name"));
        assertEquals(3, model.getJsonArray("versions").size());
        assertEquals("unloaded", stateOf("2"));
        assertEquals("ready", stateOf("1"));
        JsonObject first = model.getJsonArray("versions").getJsonObject(2);
        assertEquals("closed", first.getString("circuit"));
        assertEquals(200, gateway.admin("GET", SUMS + "/batching", "").status());
    }

    @Test
    void showsATableToWhoAcceptsText() {
        Answer table = gateway.admin("GET", "/admin/v1/models", "", "accept", "text/plain");
        assertEquals("text/plain; charset=utf-8", table.header("content-type"));
        List<String> lines = table.body().lines().toList();
        assertEquals(4, lines.size(), table.body());
        assertTrue(
                lines.getFirst().matches("MODEL +VERSION +STATE +CIRCUIT +LABELS +TRAFFIC +TOLD +REASON"),
                table.body());
        assertTrue(lines.getLast().matches("sums +1 +ready +closed"), table.body());
    }

    @Test
    void servesAnotherVersionAndComesBack() {
        Answer answer = gateway.admin("POST", SUMS + "/serve", "{\"versions\":[2]}");
        assertEquals(200, answer.status(), answer.body());
        assertEquals("sums", answer.json().getJsonObject("model").getString("name"));
        assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        assertEquals(200, gateway.admin("POST", SUMS + "/rollback", "").status());
        assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        gateway.admin("POST", SUMS + "/rollback", "").error(400);
        assertEquals(
                200,
                gateway.admin("POST", SUMS + "/serve", "{\"versions\":[\"1\",\"2\"]}")
                        .status());
        assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        assertEquals(
                200, gateway.admin("POST", SUMS + "/serve", "{\"versions\":[]}").status());
        assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
    }

    @Test
    void aBrokenVersionIsRefusedWithItsReasonAndTheOldOneGoesOn() {
        String error =
                gateway.admin("POST", SUMS + "/serve", "{\"versions\":[3]}").error(503);
        assertTrue(error.contains("sums/3"), error);
        assertFalse(error.contains(root.toString()), error);
        assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        assertEquals("unloaded", stateOf("3"), "what is refused is as if it had not been asked");
    }

    @Test
    void aLabelPointsOnlyToWhatIsReady() {
        String error =
                gateway.admin("PUT", SUMS + "/labels/stable", "{\"version\":2}").error(400);
        assertTrue(error.contains("ready"), error);
        assertEquals(404, gateway.get("/v2/models/sums/versions/stable").status());
        Answer set = gateway.admin("PUT", SUMS + "/labels/stable", "{\"version\":1}");
        assertEquals(
                1, set.json().getJsonObject("model").getJsonObject("labels").getInteger("stable"));
        assertEquals(200, gateway.get("/v2/models/sums/versions/stable").status());
        assertEquals(200, gateway.admin("DELETE", SUMS + "/labels/stable", "").status());
        assertEquals(404, gateway.get("/v2/models/sums/versions/stable").status());
        gateway.admin("PUT", SUMS + "/labels/7", "{\"version\":1}").error(400);
    }

    @Test
    void aLabelThatIsNotThereCannotBeRemovedAndLeavesNoWord() {
        String error = gateway.admin("DELETE", SUMS + "/labels/stable", "").error(404);
        assertTrue(error.contains("has no label \"stable\""), error);
        assertEquals(new JsonObject(), told().getJsonObject("labels"));
        done("PUT", SUMS + "/labels/stable", "{\"version\":1}");
        done("DELETE", SUMS + "/labels/stable", "");
        assertEquals(new JsonObject(), told().getJsonObject("labels"), "as if nobody had spoken");
    }

    private JsonObject told() {
        return gateway.admin("GET", SUMS, "").json().getJsonObject("told");
    }

    private Answer done(String method, String path, String body) {
        Answer answer = gateway.admin(method, path, body);
        assertEquals(200, answer.status(), answer.body());
        return answer;
    }

    /** TensorFlow Serving's users count on it: a label never moves by itself. */
    @Test
    void aLabelWhoseVersionHasLeftAnswersNobodyAndSaysWhy() throws IOException {
        done("PUT", SUMS + "/labels/stable", "{\"version\":1}");
        done("POST", SUMS + "/serve", "{\"versions\":[2]}");
        String unloaded =
                gateway.infer("sums/versions/stable", Requests.sums(1, 2)).error(503);
        assertTrue(unloaded.contains("label \"stable\" points to version 1, and it is unloaded"), unloaded);
        assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        JsonObject shown = gateway.admin("GET", SUMS, "").json();
        assertEquals(1, shown.getJsonObject("labels").getInteger("stable"));
        assertEquals(new JsonArray().add("stable"), shown.getJsonArray("labels_not_ready"));
        Files.delete(root.resolve("sums/1/model.onnx"));
        Files.delete(root.resolve("sums/1"));
        done("POST", SUMS + "/load", "");
        String gone = gateway.infer("sums/versions/stable", Requests.sums(1, 2)).error(404);
        assertTrue(gone.contains("label \"stable\" points to version 1, and model \"sums\" has no version 1"), gone);
        String table = gateway.admin("GET", SUMS, "", "accept", "text/plain").body();
        assertTrue(table.lines().anyMatch(line -> line.matches("sums +1 +missing +stable .*refused")), table);
        done("PUT", SUMS + "/labels/stable", "{\"version\":2}");
        assertEquals(
                200, gateway.infer("sums/versions/stable", Requests.sums(1, 2)).status());
        assertEquals(new JsonArray(), gateway.admin("GET", SUMS, "").json().getJsonArray("labels_not_ready"));
    }

    @Test
    void whatIsSaidOfAModelThatIsNotLoadedWaitsAndSaysSo() {
        done("POST", SUMS + "/unload", "");
        String serve =
                done("POST", SUMS + "/serve", "{\"versions\":[2]}").json().getString("message");
        assertTrue(serve.contains("no version is in memory") && serve.contains("models load sums"), serve);
        String traffic =
                done("PUT", SUMS + "/traffic", "{\"candidate\":1}").json().getString("message");
        assertTrue(traffic.contains("models load sums"), traffic);
        assertEquals("unloaded", stateOf("1"));
        done("POST", SUMS + "/load", "");
        assertEquals("ready", stateOf("1"));
        assertEquals("ready", stateOf("2"));
    }

    @Test
    void unloadsAndLoads() {
        assertEquals(200, gateway.admin("POST", SUMS + "/unload", "").status());
        assertEquals("unloaded", stateOf("1"));
        gateway.infer("sums", Requests.sums(1, 2)).error(503);
        assertEquals(200, gateway.admin("POST", SUMS + "/load", "{}").status());
        assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /admin/v1/models/nobody        |                            | 404 | nobody",
                "POST   | /admin/v1/models/nobody/load   |                            | 404 | nobody",
                "POST   | /v2/repository/models/x/load   |                            | 404 | x",
                "GET    | /admin/v1/nothing              |                            | 404 | /admin/v1/models",
                "GET    | /admin/v1/drain                |                            | 405 | POST",
                "POST   | /admin/v1/models/sums/load     | {\"now\":true}             | 400 | now",
                "POST   | /admin/v1/drain                | {\"when\":1}               | 400 | when",
                "POST   | /admin/v1/models/sums/serve    |                            | 400 | versions",
                "POST   | /admin/v1/models/sums/serve    | {\"versions\":[1,\"all\"]} | 400 | all",
                "POST   | /admin/v1/models/sums/serve    | {\"versions\":\"1\"}       | 400 | versions",
                "POST   | /admin/v1/models/sums/serve    | {\"versions\":[9]}         | 404 | 9",
                "PUT    | /admin/v1/models/sums/labels/a |                            | 400 | version",
                "PUT    | /admin/v1/models/sums/labels/a | {\"version\":0}            | 400 | version",
                "PUT    | /admin/v1/models/sums/labels/a | {\"version\":1             | 400 | body",
            })
    void whatCannotBeDoneIsRefusedInWords(String method, String path, String body, int status, String word) {
        String error = gateway.admin(method, path, body == null ? "" : body).error(status);
        assertTrue(error.contains(word), error);
        assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        assertFalse(gateway.askedToStop().isComplete());
    }

    @Test
    void noBodyIsEndless() {
        gateway.admin("POST", SUMS + "/serve", "{\"versions\":[" + "1,".repeat(40_000) + "1]}")
                .error(413);
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example.com, , 403",
        "10.0.0.1, , 403",
        "localhost.evil.example.com, , 403",
        "localhost:8090, , 200",
        "127.9.9.9, , 200",
        "[::1]:8090, , 200",
        "SLUICE.example.org, , 200",
        "localhost, http://evil.example.com, 403",
        "localhost, 'null', 403",
        "localhost:1, http://localhost:2, 403",
        "localhost:1, http://localhost:1, 200",
    })
    void pagesOfTheInternetDoNotGetIn(String host, String origin, int status) throws IOException {
        String from = origin == null ? "" : "origin: " + origin + "\r\n";
        try (RawConnection connection = new RawConnection(gateway.adminPort())) {
            Answer answer = connection
                    .send("POST " + SUMS + "/unload HTTP/1.1\r\nhost: " + host + "\r\n" + from
                            + "content-length: 0\r\n\r\n")
                    .answer();
            assertEquals(status, answer.status(), answer.body());
        }
        assertEquals(status == 200 ? "unloaded" : "ready", stateOf("1"));
    }

    @Test
    void clientsOfTritonControlModelsHere() {
        String control = "/v2/repository/models/sums";
        Answer unloaded = gateway.admin("POST", control + "/unload", "{\"parameters\":{\"unload_dependents\":false}}");
        assertEquals(200, unloaded.status(), unloaded.body());
        assertEquals("", unloaded.body());
        assertEquals("unloaded", stateOf("1"));
        assertEquals(200, gateway.admin("POST", control + "/load", "").status());
        assertEquals("ready", stateOf("1"));
        assertEquals(200, gateway.admin("POST", "/v2/repository/index", "").status());
        for (String parameter : List.of("\"config\":\"{}\"", "\"file:1/model.onnx\":\"\"")) {
            String error = gateway.admin("POST", control + "/load", "{\"parameters\":{" + parameter + "}}")
                    .error(400);
            assertTrue(error.contains("files in the repository"), error);
        }
    }

    @Test
    void thereIsRoomForOperatorsWhereThereIsNoneForClients() throws IOException {
        try (RunningGateway crowded = RunningGateway.start(root, "admin.port=-1", "http.max_connections=2");
                Socket one = new Socket(InetAddress.getLoopbackAddress(), crowded.port());
                Socket other = new Socket(InetAddress.getLoopbackAddress(), crowded.port())) {
            Waiting.until("it is crowded", () -> isRefused(crowded.port()));
            assertEquals(200, crowded.admin("GET", SUMS, "").status());
            assertTrue(isRefused(crowded.port()));
            assertTrue(one.isConnected() && other.isConnected());
        }
    }

    private static boolean isRefused(int port) {
        try (Socket third = new Socket(InetAddress.getLoopbackAddress(), port)) {
            third.setSoTimeout(1_000);
            return third.getInputStream().read() < 0;
        } catch (IOException reset) {
            return !(reset instanceof SocketTimeoutException);
        }
    }

    @Test
    void drainIsPassedOnAfterItsAnswer() {
        Answer answer = gateway.admin("POST", "/admin/v1/drain", "");
        assertEquals(202, answer.status());
        assertEquals("draining", answer.json().getString("message"));
        Waiting.await(gateway.askedToStop());
    }

    @Test
    void isOffUnlessAskedFor() {
        try (RunningGateway usual = RunningGateway.start(root)) {
            assertEquals(0, usual.adminPort());
            assertNotEquals(0, usual.port());
            usual.get("/admin/v1/models").error(404);
        }
    }
}
