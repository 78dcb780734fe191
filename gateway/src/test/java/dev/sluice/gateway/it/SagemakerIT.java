package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The container contract of SageMaker: answers as recorded, and what the platform does with a container. */
class SagemakerIT {

    private static final String PROFILE = "compat.profile=sagemaker";
    private static final int FEWEST = 20;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> answersAsRecorded() throws IOException {
        Path models = CompatModels.in(folder).root();
        RunningGateway gateway = RunningGateway.start(
                models, "worker.instances=1", "compat.listeners=[\"sagemaker: 0\"]", "http.default_model=sklearn-iris");
        List<RecordedPairs> pairs = RecordedPairs.read("sagemaker.txt");
        assertTrue(pairs.size() >= FEWEST, pairs.size() + " pairs");
        return RecordedPairs.tests(pairs, gateway, gateway.profilePort(0)).onClose(() -> {
            gateway.awaitNothingInFlight();
            gateway.close();
        });
    }

    @Test
    void aPingIsAnsweredWithNothingAndNotBeforeAModelIsReady() {
        try (RunningGateway ready = RunningGateway.start(Places.TEST_MODELS, PROFILE)) {
            Answer answer = ready.get("/ping");
            assertEquals("200 ", answer.status() + " " + answer.body());
        }
        Path broken = new Repository(folder).broken("broken", "1", "no model").root();
        try (RunningGateway never = RunningGateway.start(broken, PROFILE)) {
            assertEquals("no model is ready", never.get("/ping").error(503));
        }
    }

    @Test
    void whoIsTheOnlyOneLoadedNeedNotBeNamed() {
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS, PROFILE, "worker.control.mode=explicit", "worker.control.load=[\"echo\"]")) {
            Answer answer =
                    gateway.post("/invocations", "{\"instances\": [[1.5]]}", "content-type", "application/json");
            assertEquals("{\"predictions\":[[1.5]]}", answer.body());
        }
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS,
                PROFILE,
                "worker.control.mode=explicit",
                "worker.control.load=[\"echo\",\"sums\"]")) {
            gateway.post("/invocations", "{\"instances\": [[1.5]]}", "content-type", "application/json")
                    .error(400);
        }
    }

    @Test
    void whatThePlatformSendsAlongComesBack() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, PROFILE, "http.default_model=echo")) {
            Answer answer = gateway.post(
                    "/invocations",
                    "{\"instances\": [[1.5]]}",
                    "content-type",
                    "application/json",
                    "x-amzn-sagemaker-custom-attributes",
                    "trace=7",
                    "x-amzn-sagemaker-inference-id",
                    "0a1b");
            assertEquals("{\"predictions\":[[1.5]]}", answer.body());
            assertEquals("trace=7", answer.header("x-amzn-sagemaker-custom-attributes"));
            assertEquals("0a1b", answer.header("x-amzn-sagemaker-inference-id"));
            gateway.awaitNothingInFlight();
            assertEquals(
                    1,
                    gateway.metrics().value("sluice_requests_total", "protocol=\"sagemaker\"", "outcome=\"success\""));
        }
    }

    @Test
    void aPictureIsWhatTheModelsTransformMakesOfIt() throws IOException {
        byte[] seven = Files.readAllBytes(Places.ROOT.resolve("conf/demo/digits/7.png"));
        try (RunningGateway gateway = RunningGateway.start(Places.ROOT.resolve("conf/models"), PROFILE)) {
            Answer answer = Waiting.await(gateway.send(gateway.request("/invocations")
                    .header("content-type", "application/x-image")
                    .POST(BodyPublishers.ofByteArray(seven))
                    .build()));
            assertEquals("7", answer.json().getString("label"), answer.toString());
        }
    }

    /** As at {@code /predict}: what is called JSON is JSON, and what is called nothing may be a text that begins so. */
    @Test
    void aTextIsWhatTheContentTypeSaysThatItIs() {
        String three = "[\"good\", 3]";
        String film = "\"good\" film";
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEXT_MODELS, PROFILE, "http.default_model=moods", "worker.instances=1")) {
            String said = gateway.post("/invocations", three, "content-type", "application/json")
                    .error(400);
            assertTrue(said.startsWith("body[1]: "), said);
            said = gateway.post("/invocations", film, "content-type", "Application/JSON; charset=utf-8")
                    .error(400);
            assertTrue(said.startsWith("body: "), said);
            for (String type : List.of("text/plain", "application/octet-stream", "application/x-other")) {
                for (String text : List.of(three, film)) {
                    Answer answer = gateway.post("/invocations", text, "content-type", type);
                    assertEquals("good", answer.json().getString("label"), answer.toString());
                }
            }
        }
    }

    @Test
    void thePlatformLoadsModelsFromWhereItPutsThem() throws IOException {
        Path put = Files.createDirectories(folder.resolve("put/hash/model"));
        Files.copy(Places.TEST_MODELS.resolve("echo/1/model.onnx"), put.resolve("model.onnx"));
        Path empty = Files.createDirectories(folder.resolve("models"));
        try (RunningGateway gateway = RunningGateway.start(
                empty,
                PROFILE,
                "http.model_control=true",
                "worker.control.mode=explicit",
                "worker.sources.allow_files=" + folder.resolve("put"))) {
            assertEquals(200, gateway.get("/ping").status());
            assertEquals("{\"models\":[]}", gateway.get("/models").body());
            String load = "{\"model_name\": \"hash\", \"url\": \"%s\"}".formatted(put);
            assertEquals(200, gateway.post("/models", load).status());
            gateway.post("/models", load).error(409);
            JsonObject told = new JsonObject().put("modelName", "hash").put("modelUrl", put.toString());
            assertEquals(told, gateway.get("/models/hash").json());
            assertEquals(
                    new JsonArray().add(told), gateway.get("/models").json().getJsonArray("models"));
            assertEquals(
                    "{\"predictions\":[[1.5]]}",
                    gateway.post("/models/hash/invoke", "{\"instances\": [[1.5]]}")
                            .body());
            assertEquals(200, delete(gateway, "/models/hash").status());
            delete(gateway, "/models/hash").error(404);
            gateway.post("/models/hash/invoke", "{\"instances\": [[1.5]]}").error(404);
            Path elsewhere = Files.createDirectories(folder.resolve("put/other/model"));
            Files.copy(put.resolve("model.onnx"), elsewhere.resolve("model.onnx"));
            String again = load.replace(put.toString(), elsewhere.toString());
            assertEquals(200, gateway.post("/models", again).status());
            assertEquals(
                    elsewhere.toString(), gateway.get("/models/hash").json().getString("modelUrl"));
            assertEquals(
                    "{\"predictions\":[[2.5]]}",
                    gateway.post("/models/hash/invoke", "{\"instances\": [[2.5]]}")
                            .body());
        }
    }

    /** What was served from there before lies in the cache, and is another model. */
    @Test
    void whatLiesAtAnAddressNowIsServed() throws IOException {
        Path put = Files.createDirectories(folder.resolve("put/hash/model"));
        Path file = put.resolve("model.onnx");
        Path models = Files.createDirectories(folder.resolve("models"));
        Files.copy(Places.TEST_MODELS.resolve("echo/1/model.onnx"), file);
        try (RunningGateway gateway = RunningGateway.start(
                models,
                PROFILE,
                "http.model_control=true",
                "worker.control.mode=explicit",
                "worker.sources.allow_files=" + folder.resolve("put"))) {
            String load = "{\"model_name\": \"hash\", \"url\": \"%s\"}".formatted(put);
            String rows = "{\"instances\": [[1.5]]}";
            assertEquals(200, gateway.post("/models", load).status());
            assertEquals(
                    "{\"predictions\":[[1.5]]}",
                    gateway.post("/models/hash/invoke", rows).body());
            assertEquals(200, delete(gateway, "/models/hash").status());
            Files.copy(
                    Places.TEST_MODELS.resolveSibling("candidates").resolve("minus/model.onnx"),
                    file,
                    StandardCopyOption.REPLACE_EXISTING);
            assertEquals(200, gateway.post("/models", load).status());
            assertEquals(
                    "{\"predictions\":[[-1.5]]}",
                    gateway.post("/models/hash/invoke", rows).body());
        }
    }

    /** What the platform is told has failed may serve after all, by an older version. */
    @Test
    void whatServesAlthoughItsLatestVersionCannotBeLoadedStays() {
        Repository models = new Repository(folder).with("echo");
        models.broken("echo", "2", "no model");
        try (RunningGateway gateway = RunningGateway.start(
                models.root(), PROFILE, "http.model_control=true", "worker.control.mode=explicit")) {
            gateway.post("/models", "{\"model_name\": \"echo\", \"url\": \"/opt/ml/models/echo/model\"}");
            assertEquals(200, gateway.get("/models/echo").status());
            assertEquals(
                    "{\"predictions\":[[1.5]]}",
                    gateway.post("/models/echo/invoke", "{\"instances\": [[1.5]]}")
                            .body());
        }
    }

    /** The platform knows models that are loaded, and others it may load; none that has failed. */
    @Test
    void whatCannotBeLoadedIsNotThereAndCanBePutAgain() throws IOException {
        Path put = Files.createDirectories(folder.resolve("put/hash/model"));
        Files.writeString(put.resolve("model.onnx"), "no model");
        Repository models = new Repository(Files.createDirectories(folder.resolve("models")));
        models.broken("own", "1", "no model");
        try (RunningGateway gateway = RunningGateway.start(
                models.root(),
                PROFILE,
                "http.model_control=true",
                "worker.control.mode=explicit",
                "worker.sources.allow_files=" + folder.resolve("put"))) {
            String load = "{\"model_name\": \"hash\", \"url\": \"%s\"}".formatted(put);
            String own = "{\"model_name\": \"own\", \"url\": \"/opt/ml/models/own/model\"}";
            for (String each : List.of(load, load, own, own)) {
                gateway.post("/models", each).error(503);
                assertEquals("{\"models\":[]}", gateway.get("/models").body());
                assertEquals(200, gateway.get("/ping").status(), "or the platform would end the container");
            }
            gateway.get("/models/hash").error(404);
            Path model = Places.TEST_MODELS.resolve("echo/1/model.onnx");
            for (Path mended : List.of(put, models.root().resolve("own/1"))) {
                Files.copy(model, mended.resolve("model.onnx"), StandardCopyOption.REPLACE_EXISTING);
            }
            for (String each : List.of(load, own)) {
                assertEquals(200, gateway.post("/models", each).status());
            }
            for (String name : List.of("hash", "own")) {
                assertEquals(
                        "{\"predictions\":[[1.5]]}",
                        gateway.post("/models/" + name + "/invoke", "{\"instances\": [[1.5]]}")
                                .body());
            }
        }
    }

    /** What the platform sends one day that is not known today is passed over. */
    @Test
    void whatIsNotLoadedIsUnknown() {
        String rows = "{\"instances\": [[1.5]]}";
        String unknown = "model \"echo\" is not loaded";
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS, PROFILE, "http.model_control=true", "worker.control.mode=explicit")) {
            assertEquals(unknown, gateway.post("/models/echo/invoke", rows).error(404));
            String load = "{\"model_name\": \"echo\", \"url\": \"/opt/ml/models/echo/model\", \"tags\": {\"a\": [1]}}";
            assertEquals(200, gateway.post("/models", load).status());
            assertEquals(200, gateway.post("/models/echo/invoke", rows).status());
            assertEquals(200, delete(gateway, "/models/echo").status());
            assertEquals(unknown, gateway.post("/models/echo/invoke", rows).error(404));
        }
    }

    private static Answer delete(RunningGateway gateway, String path) {
        return Waiting.await(gateway.send(gateway.request(path).DELETE().build()));
    }

    @Test
    void whatIsNotThereOrNotAllowedIsNotLoaded() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("models"));
        try (RunningGateway gateway =
                RunningGateway.start(empty, PROFILE, "http.model_control=true", "worker.control.mode=explicit")) {
            gateway.post("/models", "{\"model_name\": \"x\", \"url\": \"/etc\"}")
                    .error(400);
            gateway.post("/models", "{\"model_name\": \"x\", \"url\": \"relative\"}")
                    .error(400);
            gateway.post("/models", "{\"model_name\": \"x\"}").error(400);
            delete(gateway, "/models/x").error(404);
        }
    }

    @Test
    void aModelThatThereCanBeNoRoomForIsToldOfAsSuch() {
        try (RunningGateway gateway = RunningGateway.start(
                Places.TEST_MODELS,
                PROFILE,
                "http.model_control=true",
                "worker.control.mode=explicit",
                "worker.control.memory_budget=1MiB")) {
            gateway.post("/models", "{\"model_name\": \"echo\", \"url\": \"/opt/ml/models/echo/model\"}")
                    .error(507);
        }
    }

    @Test
    void aSessionIsAStreamOfTheOnlyModel() {
        Repository one = new Repository(folder).with("echo");
        try (RunningGateway gateway = RunningGateway.start(one.root(), PROFILE);
                StreamClient session = new StreamClient(gateway, "/invocations-bidirectional-stream")) {
            JsonObject answer = session.ask("a", Requests.echo(1.5f, 2.5f)).text();
            assertEquals("a", answer.getString("id"), answer::encode);
            assertEquals(
                    new JsonArray().add(1.5).add(2.5),
                    answer.getJsonArray("outputs").getJsonObject(0).getJsonArray("data"));
        }
    }
}
