package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model configuration, the repository's index and the lists of what is served. */
class ConfigIT {

    @Test
    void aDeviceThatIsNotThereIsSaidAndTheCpuStandsInWhereItMay(@TempDir Path root) {
        Path file = Places.TEST_MODELS.resolve("echo/1/model.onnx");
        new Repository(root).with("strict", "1", file).config("strict", "device: cuda:0\n");
        new Repository(root).with("lax", "1", file).config("lax", "device: cuda:0\ncpu_fallback: true\n");
        try (RunningGateway gateway = RunningGateway.start(root, "worker.warm_up_budget=0s")) {
            String refused = gateway.infer("strict", Requests.echo(1.5f)).error(503);
            assertTrue(refused.contains("has no execution provider cuda; it has cpu"), refused);
            assertEquals(200, gateway.infer("lax", Requests.echo(1.5f)).status());
            String index = gateway.post("/v2/repository/index", "").body();
            assertTrue(index.contains("the CPU runs it in place of cuda on cuda:0"), index);
            assertEquals(1, gateway.metrics().value("sluice_model_remarks", "model=\"lax\""));
            assertTrue(gateway.get("/v2/models/lax/config").body().contains("KIND_CPU"));
        }
    }

    private static RunningGateway gateway;

    @BeforeAll
    static void start(@TempDir Path models) {
        new Repository(models)
                .with("sums")
                .with("echo")
                .config("echo", "max_batch_rows: 5\ninstances: 3\nlabels: [first, second]\n")
                .with("pick")
                .with("slow")
                .with("words")
                .config("words", "batching: off\n")
                .broken("garbage", "1", "this is no model");
        gateway = RunningGateway.start(models, "worker.instances=2");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static JsonObject config(String model) {
        Answer answer = gateway.get("/v2/models/" + model + "/config");
        assertEquals(200, answer.status(), answer.body());
        assertEquals("application/json", answer.header("content-type"));
        return answer.json();
    }

    private static Answer index(String body) {
        return Waiting.await(gateway.send(gateway.request("/v2/repository/index")
                .POST(BodyPublishers.ofString(body))
                .build()));
    }

    @Test
    void describesABatchedModelWithoutItsBatchAxis() {
        JsonObject expected = new JsonObject("""
                {"name":"sums","platform":"onnxruntime_onnx","backend":"onnxruntime",
                 "version_policy":{"latest":{"num_versions":1}},"max_batch_size":32,
                 "input":[{"name":"IN0","data_type":"TYPE_INT32","dims":[4]},
                          {"name":"IN1","data_type":"TYPE_INT32","dims":[4]}],
                 "output":[{"name":"OUT0","data_type":"TYPE_INT32","dims":[4]},
                           {"name":"OUT1","data_type":"TYPE_INT32","dims":[4]}],
                 "instance_group":[{"name":"sums_0","kind":"KIND_CPU","count":2}],
                 "dynamic_batching":{}}""");
        assertEquals(expected, config("sums"));
        assertEquals(expected, config("sums/versions/1"));
    }

    @Test
    void followsAModelsOwnConfiguration() {
        JsonObject echo = config("echo");
        assertEquals(5, echo.getInteger("max_batch_size"));
        assertEquals(3, echo.getJsonArray("instance_group").getJsonObject(0).getInteger("count"));
        assertEquals(
                "first\nsecond",
                echo.getJsonObject("parameters").getJsonObject("labels").getString("string_value"));
        assertEquals(
                new JsonArray("[-1]"),
                echo.getJsonArray("input").getJsonObject(0).getJsonArray("dims"));
    }

    @Test
    void describesAModelThatIsNotBatchedAsItIs() {
        JsonObject words = config("words");
        assertEquals(0, words.getInteger("max_batch_size"));
        assertFalse(words.containsKey("dynamic_batching"));
        assertEquals(
                new JsonObject("{\"name\":\"x\",\"data_type\":\"TYPE_STRING\",\"dims\":[-1,2]}"),
                words.getJsonArray("input").getJsonObject(0));
    }

    @Test
    void aRowWithoutDimensionsIsAScalar() {
        assertEquals(
                new JsonObject(
                        "{\"name\":\"index\",\"data_type\":\"TYPE_INT64\",\"dims\":[1],\"reshape\":{\"shape\":[]}}"),
                config("pick").getJsonArray("input").getJsonObject(0));
    }

    @Test
    void refusesWhatIsNotThere() {
        gateway.get("/v2/models/nobody/config").error(404);
        gateway.get("/v2/models/sums/versions/7/config").error(404);
        gateway.get("/v2/models/garbage/config").error(503);
    }

    @Test
    void listsTheRepository() {
        for (String body : new String[] {"", " ", "{}", "{\"ready\":false}", "{\"other\":[1]}"}) {
            JsonArray all = new JsonArray(index(body).body());
            assertEquals(6, all.size(), body);
            assertEquals(
                    new JsonObject("{\"name\":\"echo\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}"),
                    all.getJsonObject(0));
            JsonObject garbage = all.getJsonObject(1);
            assertEquals("UNAVAILABLE", garbage.getString("state"));
            assertTrue(garbage.getString("reason").contains("not an ONNX model"), garbage.encode());
        }
        JsonArray ready = new JsonArray(index("{\"ready\":true}").body());
        assertEquals(5, ready.size());
    }

    @Test
    void refusesABrokenIndexRequest() {
        for (String body : new String[] {"[]", "{", "{\"ready\":1}", "{} {}", "{\"ready\":tru"}) {
            index(body).error(400);
        }
        index("{\"x\":\"" + "x".repeat(100_000) + "\"}").error(413);
        Answer wrongMethod = gateway.get("/v2/repository/index");
        wrongMethod.error(405);
        assertEquals("POST, OPTIONS", wrongMethod.header("allow"));
    }

    @Test
    void namesOnlyExtensionsThatWork() {
        assertEquals(new JsonArray("""
                        ["binary_tensor_data","classification","schedule_policy","parameters","model_configuration",
                         "statistics","model_repository(index)","sluice_stream"]"""), gateway.get("/v2").json().getJsonArray("extensions"));
    }

    @Test
    void servesItsOwnDescription() {
        Answer answer = gateway.get("/openapi.json");
        assertEquals(200, answer.status());
        assertEquals("application/json", answer.header("content-type"));
        assertEquals("3.1.0", answer.json().getString("openapi"));
    }
}
