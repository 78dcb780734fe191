package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server says of itself and its models, and which folders it takes for models. */
class MetadataIT {

    private static final Path SUMS = Places.TEST_MODELS.resolve("sums/1/model.onnx");

    @TempDir
    static Path models;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        new Repository(models)
                .with("sums")
                .with("echo")
                .config("echo", "max_batch_rows: 5\nlabels: [first, second]\n")
                .with("pick")
                .config("pick", "batching: off\n")
                .with("versions", "1", Places.TEST_MODELS.resolve("echo/1/model.onnx"))
                .with("versions", "10", SUMS)
                .with("versions", "9", Places.TEST_MODELS.resolve("echo/1/model.onnx"))
                .with("versions", "011", SUMS)
                .with("versions", "12a", SUMS)
                .with("versions", "-13", SUMS)
                .with("no versions", "latest", SUMS)
                .with("two words", "1", SUMS)
                .broken("garbage", "1", "this is no model")
                .broken("nothing", "1", "")
                .empty("fileless", "1")
                .with("misconfigured", "1", SUMS)
                .config("misconfigured", "max_batch_rows: many\nbatchign: off\n");
        Files.writeString(models.resolve("README"), "a file is no model");
        gateway = RunningGateway.start(models);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static JsonObject json(String path) {
        Answer answer = gateway.get(path);
        assertEquals(200, answer.status(), answer.body());
        assertEquals("application/json", answer.header("content-type"));
        return answer.json();
    }

    private static JsonObject listed(String model) {
        return json("/v2/models").getJsonArray("models").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("name").equals(model))
                .findFirst()
                .orElseThrow(() -> new AssertionError(model + " is not listed"));
    }

    @Test
    void saysWhatItIs() {
        JsonObject server = json("/v2");
        assertEquals("sluice", server.getString("name"));
        assertTrue(server.containsKey("version"));
        assertTrue(server.getValue("extensions") instanceof JsonArray);
    }

    @Test
    void welcomesPeopleAtItsRoot() throws Exception {
        Answer text = gateway.get("/");
        assertEquals("text/plain; charset=utf-8", text.header("content-type"));
        assertTrue(text.body().contains("/v2/models/{model}/infer"), text.body());
        assertTrue(text.body().contains("/v2/models/two%20words"), text.body());
        Answer html = Waiting.await(
                gateway.send(gateway.request("/").header("accept", "text/html").build()));
        assertEquals("text/html; charset=utf-8", html.header("content-type"));
        assertTrue(html.body().contains("<a href=\"/v2/models/sums\">"), html.body());
        assertFalse(html.body().contains("/draw"), "there is no model that reads digits");
    }

    @Test
    void isLiveAndReadyAlthoughSomeModelsFailed() {
        assertEquals(new JsonObject("{\"live\":true}"), json("/v2/health/live"));
        assertEquals(new JsonObject("{\"ready\":true,\"live\":true}"), json("/v2/health/ready"));
    }

    @Test
    void describesAModel() {
        JsonObject expected = new JsonObject("""
                {"name":"sums","versions":["1"],"platform":"onnxruntime_onnx",
                 "inputs":[{"name":"IN0","datatype":"INT32","shape":[-1,4]},
                           {"name":"IN1","datatype":"INT32","shape":[-1,4]}],
                 "outputs":[{"name":"OUT0","datatype":"INT32","shape":[-1,4]},
                            {"name":"OUT1","datatype":"INT32","shape":[-1,4]}],
                 "parameters":{"max_batch_size":32,"labels":[]}}""");
        assertEquals(expected, json("/v2/models/sums"));
        assertEquals(expected, json("/v2/models/sums/versions/1"));
        assertEquals(new JsonObject("{\"name\":\"sums\",\"ready\":true}"), json("/v2/models/sums/ready"));
        assertEquals(new JsonObject("{\"name\":\"sums\",\"ready\":true}"), json("/v2/models/sums/versions/1/ready"));
    }

    @Test
    void followsAModelsOwnConfiguration() {
        JsonObject echo = json("/v2/models/echo").getJsonObject("parameters");
        assertEquals(5, echo.getInteger("max_batch_size"));
        assertEquals(new JsonArray("[\"first\",\"second\"]"), echo.getJsonArray("labels"));
        JsonObject pick = json("/v2/models/pick").getJsonObject("parameters");
        assertEquals(0, pick.getInteger("max_batch_size"));
    }

    @Test
    void servesTheNewestVersion() {
        assertEquals("10", listed("versions").getString("version"));
        Answer answer = gateway.infer("versions", Requests.sums(2, 3));
        assertEquals("10", answer.json().getString("model_version"), answer.body());
        assertEquals(5, answer.data().getInteger(0));
        assertEquals(
                200, gateway.infer("versions/versions/10", Requests.sums(2, 3)).status());
    }

    @Test
    void takesOnlyPositiveIntegersForVersions() {
        List<String> listed = json("/v2/models").getJsonArray("models").stream()
                .map(JsonObject.class::cast)
                .map(each -> each.getString("name") + " " + each.getString("version")
                        + (each.getString("state").equals("unloaded") ? " unloaded" : ""))
                .toList();
        assertEquals(
                List.of(
                        "echo 1",
                        "fileless 1",
                        "garbage 1",
                        "misconfigured 1",
                        "nothing 1",
                        "pick 1",
                        "sums 1",
                        "two words 1",
                        "versions 10",
                        "versions 9 unloaded",
                        "versions 1 unloaded"),
                listed);
        gateway.get("/v2/models/no%20versions").error(404);
        gateway.get("/v2/models/versions/versions/12").error(404);
    }

    @Test
    void findsANameWithBlanks() {
        assertEquals("two words", json("/v2/models/two%20words").getString("name"));
        assertEquals(5, gateway.infer("two%20words", Requests.sums(2, 3)).data().getInteger(0));
    }

    @Test
    void aBrokenModelFailsAloneAndSaysWhy() {
        hasFailed("garbage", "not an ONNX model");
        hasFailed("nothing", "");
        hasFailed("fileless", "model.onnx");
        assertEquals(5, gateway.infer("sums", Requests.sums(2, 3)).data().getInteger(0));
    }

    @Test
    void aModelWithAWrongConfigurationFailsAloneAndSaysWhy() {
        hasFailed("misconfigured", "max_batch_rows");
        hasFailed("misconfigured", "batchign");
        hasFailed("misconfigured", "model.yaml:2");
    }

    private static void hasFailed(String model, String why) {
        JsonObject report = listed(model);
        assertEquals("failed", report.getString("state"), report.encode());
        assertTrue(report.getString("reason").contains(why), report.encode());
        assertTrue(!report.getString("reason").isBlank(), report.encode());
        Answer refusal = gateway.infer(model, Requests.sums(2, 3));
        assertTrue(refusal.error(503).contains(why), refusal.body());
        assertNull(refusal.header("retry-after"), "trying again does not mend it");
        assertEquals(503, gateway.get("/v2/models/" + model).status());
        Answer ready = gateway.get("/v2/models/" + model + "/ready");
        assertEquals(503, ready.status());
        assertEquals(false, ready.json().getBoolean("ready"));
    }

    @Test
    void anEmptyRepositoryIsReadyToo(@TempDir Path empty) {
        try (RunningGateway without = RunningGateway.start(empty)) {
            assertEquals(200, without.get("/v2/health/ready").status());
            assertEquals(
                    new JsonObject("{\"models\":[]}"), without.get("/v2/models").json());
            assertEquals(200, without.get("/").status());
            without.infer("sums", Requests.sums(1, 2)).error(404);
        }
    }

    @Test
    void aServerWhoseEveryModelFailedIsLiveButNotReady(@TempDir Path folder) {
        new Repository(folder).broken("garbage", "1", "this is no model");
        try (RunningGateway without = RunningGateway.start(folder)) {
            Answer ready = without.get("/v2/health/ready");
            assertEquals(503, ready.status());
            assertEquals(false, ready.json().getBoolean("ready"));
            assertEquals(200, without.get("/v2/health/live").status());
        }
    }
}
