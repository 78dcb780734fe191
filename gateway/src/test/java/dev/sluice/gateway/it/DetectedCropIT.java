package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector that gives candidates, and a classifier of what it finds: boxes are those that the detector alone answers. */
class DetectedCropIT {

    private static final Path DETECTOR = Places.BOXES.resolve("models/squares/1/model.onnx");
    private static final int SIDE = 64;
    private static final int SQUARE = 8;

    private static final String HEAD = "    kind: image\n    resize: fit\n    filter: area\n    scale: 0.00390625\n";

    private static final String FOUND = "transform:\n  input:\n" + HEAD + """
              output: {kind: boxes, name: output0, boxes_last: true, corners: cxcywh, score_threshold: 0.6}
            """;

    private static final String THINGS = """
            pipeline:
              stages:
                - found = squares(pixels=picture)
                - things = crop[4x4](image=picture, boxes=found)
                - colour = colour(x=things.image)
              outputs:
                - box = things.boxes
                - score = things.score
                - colour = colour.label
                - picture = things.index
                - class = things.class
            """;

    private static final String LISTED = THINGS + "labels: [red, green, blue]\ntransform:\n  input:\n" + HEAD
            + "  output: {kind: boxes, name: box, scores: score, classes: colour, form: chosen}\n";

    @TempDir
    private Path folder;

    private Repository models(String detector, String pipeline) {
        Repository models = new Repository(folder)
                .with("squares", "1", DETECTOR)
                .with("colour", "1", CropIT.CROPS.resolve("models/colour/1/model.onnx"))
                .empty("things", "1")
                .config("things", pipeline);
        return detector.isEmpty() ? models : models.config("squares", detector);
    }

    private static Answer predict(RunningGateway gateway, String model, byte[] picture) {
        Answer answer = Waiting.await(gateway.send(gateway.request("/models/" + model + "/predict")
                .POST(BodyPublishers.ofByteArray(picture))
                .build()));
        assertEquals(200, answer.status(), answer.body());
        return answer;
    }

    private static byte[] png(int width, int height) throws IOException {
        return Pictures.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
    }

    private static long executions(RunningGateway gateway, String model) {
        return gateway.get("/v2/models/" + model + "/stats")
                .json()
                .getJsonArray("model_stats")
                .getJsonObject(0)
                .getLong("execution_count");
    }

    /** Pictures with squares on a grid of squares; each text has colour, column and row of each, as in {@code "r00 b73"}. */
    private static float[][][][] pictures(String... squares) {
        float[][][][] pixels = new float[squares.length][3][SIDE][SIDE];
        for (int picture = 0; picture < squares.length; picture++) {
            for (String square : squares[picture].split(" ", -1)) {
                for (int i = 0; i < SQUARE * SQUARE && !square.isEmpty(); i++) {
                    int x = SQUARE * (square.charAt(1) - '0') + i % SQUARE;
                    int y = SQUARE * (square.charAt(2) - '0') + i / SQUARE;
                    pixels[picture]["rgb".indexOf(square.charAt(0))][y][x] = 1;
                }
            }
        }
        return pixels;
    }

    private static String request(float[][][][] pixels) {
        return Requests.inputs(
                Requests.tensor("picture", "FP32", "[" + pixels.length + ",3,64,64]", Arrays.deepToString(pixels)));
    }

    private static JsonArray data(Answer answer, int output) {
        return answer.outputs().getJsonObject(output).getJsonArray("data");
    }

    @Test
    void whatIsFoundIsWhatTheDetectorAloneAnswers() throws IOException {
        models(FOUND, LISTED);
        byte[] wide = Files.readAllBytes(Places.BOXES.resolve("things.png"));
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String alone = predict(gateway, "squares", wide).body();
            assertTrue(alone.contains("\"blue\""), alone);
            assertEquals(alone, predict(gateway, "things", wide).body(), "in pixels of the picture that was sent");
            assertEquals(1, executions(gateway, "colour"));
            assertEquals(
                    "{\"objects\":[],\"picture\":{\"width\":9,\"height\":7}}",
                    predict(gateway, "things", png(9, 7)).body());
            assertEquals(1, executions(gateway, "colour"), "nobody is asked about nothing");
            gateway.awaitNothingInFlight();
            assertEquals(0, gateway.metrics().value("sluice_pipeline_memory_bytes", "model=\"things\""));
        }
    }

    @Test
    void eachPictureOfARequestHasItsOwnBoxes() {
        models(FOUND, THINGS);
        float[][][][] pixels = pictures("r00 g52", "", "b77", "g11 g13 b41");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = gateway.infer("things", request(pixels));
            assertEquals(200, answer.status(), answer.body());
            assertEquals("[0,0,2,3,3,3]", data(answer, 3).encode());
            assertEquals("[0,1,2,1,2,1]", data(answer, 2).encode(), "what the classifier says");
            assertEquals(data(answer, 2), data(answer, 4), "is what the detector says");
            assertEquals(aloneBoxes(gateway, pixels), data(answer, 0));
            gateway.awaitNothingInFlight();
        }
    }

    /** Corners of all that the detector itself lists, one picture after the other. */
    private static JsonArray aloneBoxes(RunningGateway gateway, float[][][][] pixels) {
        JsonArray corners = new JsonArray();
        Answer alone = gateway.post("/models/squares/predict", "{\"data\": " + Arrays.deepToString(pixels) + "}");
        for (Object picture : new JsonArray(alone.body())) {
            for (Object object : ((JsonObject) picture).getJsonArray("objects")) {
                JsonObject box = ((JsonObject) object).getJsonObject("box");
                double x = box.getDouble("x");
                double y = box.getDouble("y");
                corners.add(x).add(y).add(x + box.getDouble("width")).add(y + box.getDouble("height"));
            }
        }
        return corners;
    }

    @Test
    void piecesOfManyClientsShareABatch() {
        models(FOUND, THINGS).config("colour", "preferred_batch_sizes: [6]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = Pipelines.start(folder, "worker.instances=1")) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (String squares : List.of("r00 g52 b77", "", "b30", "g11 r33")) {
                answers.add(gateway.inferLater("things", request(pictures(squares))));
            }
            List<String> labels = answers.stream()
                    .map(Waiting::await)
                    .map(answer -> data(answer, 2).encode())
                    .toList();
            assertEquals(List.of("[0,1,2]", "[]", "[2]", "[1,0]"), labels);
            assertEquals(1, executions(gateway, "colour"), "of all clients' pieces");
        }
    }

    @Test
    void withoutADeclarationItIsRefusedWithItsLineAndWithAnotherItFollows() throws IOException {
        Repository models = models("", LISTED);
        byte[] wide = Files.readAllBytes(Places.BOXES.resolve("things.png"));
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String reason = Pipelines.reason(gateway, "things");
            assertTrue(
                    reason.startsWith("things/model.yaml:4: pipeline.stages: takes the boxes of found, whose model.yaml"
                            + " declares none (transform.output of kind boxes): say which of its outputs has them, ["),
                    reason);
            models.config("squares", FOUND);
            Pipelines.awaitReady(gateway, "things");
            assertEquals(3, objects(gateway, wide));
            models.config("squares", FOUND.replace("score_threshold: 0.6", "score_threshold: 0.9"));
            Waiting.until("only the most probable one is left", () -> objects(gateway, wide) == 1);
        }
    }

    private static int objects(RunningGateway gateway, byte[] picture) {
        return predict(gateway, "things", picture)
                .json()
                .getJsonArray("objects")
                .size();
    }
}
