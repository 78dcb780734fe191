package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which model answers a picture, what its model.yaml may say, and what happens when too many come. */
class PredictModelsIT {

    private static final byte[] PICTURE = Pictures.write(Pictures.fields(32, 32, BufferedImage.TYPE_INT_RGB), "png");
    private static final Path DIGITS = Places.DEMO_MODELS.resolve("digits/1/model.onnx");

    @TempDir
    private Path root;

    private static CompletableFuture<Answer> postLater(RunningGateway gateway, String path, byte[] body) {
        return gateway.send(
                gateway.request(path).POST(BodyPublishers.ofByteArray(body)).build());
    }

    private static Answer post(RunningGateway gateway, String path, byte[] body) {
        return Waiting.await(postLater(gateway, path, body));
    }

    private static byte[] numbers(String data) {
        return ("{\"data\": " + data + "}").getBytes(StandardCharsets.US_ASCII);
    }

    /** A row of 28 times 28, of one channel. */
    private static String shaped(String row) {
        String line = "[" + row.substring(0, 28 * 2 - 1) + "]";
        return "[[" + (line + ",").repeat(27) + line + "]]";
    }

    private static String yaml(String input, String output) {
        return "transform:\n  input: {" + input + "}\n  output: {" + output + "}\n";
    }

    @Test
    void saysWhichModelsThereAreWhereNoneIsNamed() {
        Repository repository = new Repository(root).with("digits", "1", DIGITS).with("sums");
        try (RunningGateway gateway = RunningGateway.start(root)) {
            String error = post(gateway, "/predict", PICTURE).error(400);
            assertTrue(error.startsWith("model: none is named, and there are several"), error);
            assertTrue(error.contains("[digits, sums]"), error);
            assertTrue(
                    post(gateway, "/models/nobody/predict", PICTURE).error(404).contains("nobody"));
        }
        repository.config("digits", yaml("kind: image", "kind: classes"));
        try (RunningGateway gateway = RunningGateway.start(root, "http.default_model=digits")) {
            assertEquals(200, post(gateway, "/predict", PICTURE).status());
            String error = post(gateway, "/models/sums/predict", PICTURE).error(400);
            assertTrue(error.contains("has no transform.input") && error.contains("/v2/models/sums/infer"), error);
            assertEquals(
                    "{\"outputs\":{\"OUT0\":[[2,3,4,5]],\"OUT1\":[[0,1,2,3]]}}",
                    post(gateway, "/models/sums/predict", numbers("{\"IN0\": [1, 2, 3, 4], \"IN1\": [1, 1, 1, 1]}"))
                            .body());
            String unknown = post(gateway, "/models/sums/predict", numbers("{\"IN2\": [1]}"))
                    .error(400);
            assertTrue(unknown.startsWith("data.IN2: the model has no such input"), unknown);
            String row = "0,".repeat(783) + "0";
            assertTrue(
                    post(gateway, "/predict", numbers("[" + row + "]")).json().containsKey("label"));
            JsonObject two = post(gateway, "/predict", numbers("[" + shaped(row) + "," + shaped(row) + "]"))
                    .json();
            assertEquals(
                    2,
                    two.getJsonObject("outputs").getJsonArray("probabilities").size());
        }
    }

    @Test
    void namesClassesByAFileAndKeepsQuietBelowTheThreshold() throws IOException {
        Repository repository = new Repository(root)
                .with("digits", "1", DIGITS)
                .config(
                        "digits",
                        yaml(
                                "kind: image, scale: 0.004",
                                "kind: classes, labels: names.txt, top: 2, threshold: 0.999999"));
        Files.writeString(
                root.resolve("digits/1/names.txt"), "null\neins\nzwei\ndrei\nvier\nfünf\nsechs\nsieben\nacht\nneun\n");
        try (RunningGateway gateway = RunningGateway.start(root)) {
            Answer answer = post(gateway, "/predict", PICTURE);
            assertEquals("{\"label\":null,\"probability\":null,\"top\":[]}", answer.body());
            repository.config("digits", yaml("kind: image, scale: 0.004", "kind: classes, labels: names.txt, top: 10"));
            Waiting.until(
                    "it is loaded anew",
                    () -> post(gateway, "/predict", PICTURE).body().contains("\"fünf\""));
            assertEquals(
                    10,
                    post(gateway, "/predict", PICTURE)
                            .json()
                            .getJsonArray("top")
                            .size());
        }
    }

    @Test
    void refusesAModelWithoutPicturesBeforeABodyHasCome() throws IOException {
        new Repository(root).with("sums");
        try (RunningGateway gateway = RunningGateway.start(root);
                RawConnection client = new RawConnection(gateway.port())) {
            client.send(
                    "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100000\r\n\r\n");
            assertTrue(client.answer().error(400).contains("has no transform.input"));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void givesOutputsAsTheyAreWhereThereAreNoLabels() {
        new Repository(root).with("digits", "1", DIGITS).config("digits", yaml("kind: image", "kind: none"));
        try (RunningGateway gateway = RunningGateway.start(root)) {
            JsonObject outputs = post(gateway, "/predict", PICTURE).json().getJsonObject("outputs");
            assertEquals(
                    10, outputs.getJsonArray("probabilities").getJsonArray(0).size());
        }
    }

    @Test
    void aTransformThatContradictsTheModelFailsItWithAllThatIsWrong() throws IOException {
        new Repository(root).with("sums").with("digits", "1", DIGITS).config("digits", """
            transform:
              input:
                kind: image
                width: 32
                channels: rgb
                std: [1, 2]
              output:
                kind: classes
                labels: names.txt
                name: logits
            """);
        try (RunningGateway gateway = RunningGateway.start(root)) {
            String reason = post(gateway, "/models/digits/predict", PICTURE).error(503);
            assertTrue(reason.contains("model.yaml:4: transform.input.width: does not fit"), reason);
            assertTrue(reason.contains("model.yaml:5: transform.input.channels: does not fit"), reason);
            assertTrue(reason.contains("model.yaml:6: transform.input.std: must have one number"), reason);
            assertTrue(reason.contains("model.yaml:10: transform.output.name: must be one of"), reason);
        }
    }

    /** One thread, one place to wait: of many large pictures some are done, and the others are told when to come back. */
    @Test
    void shedsPicturesForWhichThereIsNoRoomAndDropsThoseWhoseClientsHaveGone() throws IOException {
        new Repository(root).with("digits", "1", DIGITS).config("digits", yaml("kind: image", "kind: classes"));
        byte[] large = Pictures.progressive(Pictures.fields(3000, 3000, BufferedImage.TYPE_INT_RGB));
        try (RunningGateway gateway =
                RunningGateway.start(root, "transform.threads=1", "transform.max_queue=1", "http.front_loops=1")) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(postLater(gateway, "/predict", large));
            }
            int done = 0;
            int shed = 0;
            for (CompletableFuture<Answer> later : answers) {
                Answer answer = Waiting.await(later);
                done += answer.status() == 200 ? 1 : 0;
                if (answer.status() == 503) {
                    shed++;
                    assertTrue(answer.body().contains("transform.max_queue"), answer.body());
                    assertNotNull(answer.header("retry-after"));
                }
            }
            assertEquals(8, done + shed);
            assertTrue(done >= 1 && shed >= 1, done + " done, " + shed + " shed");
            String head = "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: " + large.length + "\r\n\r\n";
            double before = cancelled(gateway);
            try (RawConnection gone = new RawConnection(gateway.port())) {
                gone.send(head).send(large);
            }
            Waiting.until("it was given up", () -> cancelled(gateway) > before);
            gateway.awaitNothingInFlight();
            assertEquals(200, post(gateway, "/predict", PICTURE).status());
        }
    }

    private static double cancelled(RunningGateway gateway) {
        return gateway.metrics().value("sluice_requests_total", "protocol=\"predict\"", "outcome=\"cancelled\"");
    }
}
