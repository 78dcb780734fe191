package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients of TorchServe and DJL Serving are told of outputs of every kind. */
class PlainAnswersIT {

    private static final Path MODEL = Places.TEXT_MODELS.resolve("moods/1/model.onnx");
    private static final Path TOKENIZER = Places.TEXT_MODELS.resolve("moods/tokenizer.json");

    @TempDir
    private Path root;

    private RunningGateway start(String output) throws IOException {
        String yaml = "labels: [nice, sad]\ntransform:\n  input: {kind: text}\n  output: {" + output + "}\n";
        new Repository(root).with("moods", "1", MODEL).config("moods", yaml);
        Files.copy(TOKENIZER, root.resolve("moods/tokenizer.json"));
        return RunningGateway.start(
                root, "worker.instances=1", "compat.listeners=[\"torchserve: 0\", \"djl-serving: 0\"]");
    }

    private static String answer(RunningGateway gateway, int profile, String body, String... headers) {
        Answer answer = send(gateway, profile, body, headers);
        assertEquals(200, answer.status(), answer.body());
        return answer.body();
    }

    private static Answer send(RunningGateway gateway, int profile, String body, String... headers) {
        HttpRequest.Builder request = gateway.request(gateway.profilePort(profile), "/predictions/moods")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    @Test
    void labelsThatHold() throws IOException {
        try (RunningGateway gateway = start("kind: sigmoid, name: scores, threshold: 0.5")) {
            String labels = "{\"labels\":[{\"label\":\"nice\",\"probability\":0.880797}]}";
            assertEquals(labels, answer(gateway, 0, "{\"data\": \"great\"}"));
            assertEquals(labels, answer(gateway, 1, "{\"data\": \"great\"}"));
        }
    }

    @Test
    void values() throws IOException {
        try (RunningGateway gateway = start("kind: values, name: scores, decimals: 1")) {
            String values = "[{\"values\":[1.0,-1.0]},{\"values\":[-3.0,3.0]}]";
            assertEquals(values, answer(gateway, 0, "{\"data\": [\"good\", \"awful bad\"]}"));
            assertEquals(values, answer(gateway, 1, "{\"data\": [\"good\", \"awful bad\"]}"));
        }
    }

    @Test
    void embeddings() throws IOException {
        try (RunningGateway gateway = start("kind: embedding, name: token_embeddings")) {
            String vector = answer(gateway, 0, "{\"data\": \"cat\"}");
            assertTrue(vector.startsWith("{\"embedding\":["), vector);
            assertEquals(vector, answer(gateway, 1, "{\"data\": \"cat\"}"));
        }
    }

    @Test
    void aListOfOneTextIsAnsweredByAList() throws IOException {
        try (RunningGateway gateway = start("kind: classes, name: scores")) {
            String one = answer(gateway, 0, "{\"data\": \"great\"}");
            assertTrue(one.startsWith("{\n  \"nice\": "), one);
            String list = answer(gateway, 0, "{\"data\": [\"great\"]}");
            assertEquals(1, new JsonArray(list).size(), list);
        }
    }

    @Test
    void aTextOfJsonIsWhatStandsInIt() throws IOException {
        String[] json = {"content-type", "application/json; charset=utf-8"};
        try (RunningGateway gateway = start("kind: values, name: scores, decimals: 1")) {
            for (int profile = 0; profile < 2; profile++) {
                String good = answer(gateway, profile, "good");
                assertEquals(good, answer(gateway, profile, "\"good\"", json));
                assertEquals(good, answer(gateway, profile, "{\"inputs\": \"good\"}", json));
                String both = "[{\"values\":[1.0,-1.0]},{\"values\":[-3.0,3.0]}]";
                assertEquals(both, answer(gateway, profile, "[\"good\", \"awful bad\"]", json));
                assertEquals(both, answer(gateway, profile, " [\"good\", \"awful bad\"]"), "whatever it is called");
                assertEquals(both, answer(gateway, profile, "{\"inputs\": [\"good\", \"awful bad\"]}"));
                assertEquals(400, send(gateway, profile, "\"good\" film", json).status());
                assertEquals(400, send(gateway, profile, "[\"good\", 3]", json).status());
                assertEquals(
                        answer(gateway, profile, "\"good\" film", "content-type", "text/plain"),
                        answer(gateway, profile, "\"good\" film"),
                        "which is no JSON");
            }
        }
    }

    /** On a thread of the pool, for a loop would be held up. */
    @Test
    void classesAreMadeOfManyRows() throws IOException {
        String yaml = "labels: [low, high]\ntransform:\n  output: {kind: classes}\n";
        new Repository(root).with("echo").config("echo", yaml);
        try (RunningGateway gateway = RunningGateway.start(
                root, "worker.instances=1", "worker.max_batch_rows=8192", "compat.listeners=[\"torchserve: 0\"]")) {
            String few = rows(gateway, 2);
            assertTrue(few.startsWith("[\n  {\n    \"high\": 0.75"), few);
            assertEquals(0, gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\""));
            JsonArray most = new JsonArray(rows(gateway, 4097));
            assertEquals(4097, most.size());
            assertEquals(0.75, most.getJsonObject(4096).getDouble("high"));
            Waiting.until(
                    "it is counted",
                    () -> gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\"") == 1);
        }
    }

    private static String rows(RunningGateway gateway, int count) {
        HttpRequest request = gateway.request(gateway.profilePort(0), "/predictions/echo")
                .POST(BodyPublishers.ofString("[" + "[0.25,0.75],".repeat(count - 1) + "[0.25,0.75]]"))
                .build();
        Answer answer = Waiting.await(gateway.send(request));
        assertEquals(200, answer.status(), answer.body());
        return answer.body();
    }
}
