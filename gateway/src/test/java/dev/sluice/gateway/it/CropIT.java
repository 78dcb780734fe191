package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a detector finds is cut out of the picture, and classified in batches with what was found in others. */
class CropIT {

    static final Path CROPS = Places.ROOT.resolve("gateway/src/test/resources/crops");
    private static final int SIDE = 16;

    private static final String SQUARES = """
            pipeline:
              stages:
                - found = finder(picture=picture)
                - squares = crop[4x4, yxyx, fractions, score_threshold 0.1](image=picture, boxes=found.boxes, score=found.scores)
                - colour = colour(x=squares.image)
              outputs:
                - box = squares.boxes
                - picture = squares.index
                - score = squares.score
                - colour = colour.label
            transform:
              input: {kind: image, scale: 0.00392156862745098}
            """;

    @TempDir
    private Path folder;

    /** The finder and the colours, and a pipeline of both. */
    static Repository models(Path folder) {
        return new Repository(folder)
                .with("finder", "1", CROPS.resolve("models/finder/1/model.onnx"))
                .with("colour", "1", CROPS.resolve("models/colour/1/model.onnx"));
    }

    private Repository squares() {
        return models(folder).empty("squares", "1").config("squares", SQUARES);
    }

    /** A picture for each text: in each quarter red, green, blue or nothing, left to right and down. */
    private static String pictures(String... quarters) {
        float[] pixels = new float[quarters.length * 3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % SIDE;
            int y = i / SIDE % SIDE;
            int channel = i / (SIDE * SIDE) % 3;
            String picture = quarters[i / (3 * SIDE * SIDE)];
            pixels[i] = "rgb".charAt(channel) == picture.charAt(2 * (y / (SIDE / 2)) + x / (SIDE / 2)) ? 1 : 0;
        }
        return Requests.inputs(
                Requests.tensor("picture", "FP32", "[" + quarters.length + ",3,16,16]", Arrays.toString(pixels)));
    }

    private static JsonArray data(Answer answer, int output) {
        return answer.outputs().getJsonObject(output).getJsonArray("data");
    }

    private static JsonArray shape(Answer answer, int output) {
        return answer.outputs().getJsonObject(output).getJsonArray("shape");
    }

    private static int statistic(RunningGateway gateway, String model, String name) {
        return gateway.get("/v2/models/" + model + "/stats")
                .json()
                .getJsonArray("model_stats")
                .getJsonObject(0)
                .getInteger(name);
    }

    @Test
    void aPictureInAndItsBoxesWithTheirLabelsOut() throws IOException {
        squares();
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = Waiting.await(gateway.send(gateway.request("/models/squares/predict")
                    .POST(BodyPublishers.ofFile(CROPS.resolve("squares.png")))
                    .build()));
            assertEquals(200, answer.status(), answer.body());
            JsonObject outputs = answer.json().getJsonObject("outputs");
            assertEquals(new JsonArray("[0,1,2]"), outputs.getJsonArray("colour"));
            assertEquals(
                    new JsonArray("[[0.0,0.0,8.0,8.0],[8.0,0.0,16.0,8.0],[8.0,8.0,16.0,16.0]]"),
                    outputs.getJsonArray("box"));
        }
    }

    @Test
    void eachBoxOfEachPictureHasItsAnswerBesideIt() {
        squares();
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = gateway.infer("squares", pictures("r..b", "....", ".g..", "bbgr"));
            assertEquals(200, answer.status(), answer.body());
            assertEquals("[0,0,2,3,3,3,3]", data(answer, 1).encode());
            assertEquals("[0,2,1,2,2,1,0]", data(answer, 3).encode());
            assertEquals("[7,4]", shape(answer, 0).encode());
            JsonObject metadata = gateway.get("/v2/models/squares").json();
            assertEquals(
                    "{\"name\":\"box\",\"datatype\":\"FP32\",\"shape\":[-1,4]}",
                    metadata.getJsonArray("outputs").getJsonObject(0).encode());
            gateway.awaitNothingInFlight();
            assertEquals(0, gateway.metrics().value("sluice_pipeline_memory_bytes", "model=\"squares\""));
        }
    }

    @Test
    void whereNothingIsFoundNobodyIsAsked() {
        squares();
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = gateway.infer("squares", pictures("....", "...."));
            assertEquals("[0,4]", shape(answer, 0).encode(), answer.body());
            assertEquals("[]", data(answer, 3).encode());
            assertEquals(1, statistic(gateway, "finder", "execution_count"));
            assertEquals(0, statistic(gateway, "colour", "execution_count"));
        }
    }

    /** The classifier waits for as many pieces as all of them have together, so that no chance is in it. */
    @Test
    void piecesOfManyClientsShareABatch() {
        squares().config("colour", "preferred_batch_sizes: [12]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = Pipelines.start(folder, "worker.instances=1")) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (String picture : List.of("rgb.", "bbbb", "g...", "rr.r", ".b..")) {
                answers.add(gateway.inferLater("squares", pictures(picture)));
            }
            List<String> labels = answers.stream()
                    .map(Waiting::await)
                    .map(answer -> data(answer, 3).encode())
                    .toList();
            assertEquals(List.of("[0,1,2]", "[2,2,2,2]", "[1]", "[0,0,0]", "[2]"), labels);
            assertEquals(12, statistic(gateway, "colour", "inference_count"));
            assertEquals(1, statistic(gateway, "colour", "execution_count"), "of five clients' pieces");
            assertEquals(5, statistic(gateway, "squares", "inference_count"));
        }
    }

    @Test
    void morePiecesThanABatchTakesGoInSeveral() {
        squares().config("colour", "max_batch_rows: 4\n");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = gateway.infer("squares", pictures("rgbr", "rgbg", "rgbb"));
            assertEquals("[0,1,2,0,0,1,2,1,0,1,2,2]", data(answer, 3).encode(), answer.body());
            assertTrue(statistic(gateway, "colour", "execution_count") >= 3);
        }
    }

    @Test
    void whoGoesInMidPipelineTakesAllAlong() throws IOException {
        squares().config("colour", "preferred_batch_sizes: [32]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = Pipelines.start(folder, "worker.instances=1")) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                connection.post("/v2/models/squares/infer", pictures("rgb."));
                Waiting.until(
                        "its pieces wait for company",
                        () -> gateway.metrics().value("sluice_pipeline_memory_bytes", "model=\"squares\"") > 0
                                && gateway.metrics().value("sluice_queue_requests", "model=\"colour\"") == 1);
            }
            gateway.awaitNothingInFlight();
            Waiting.until(
                    "nobody waits", () -> gateway.metrics().value("sluice_queue_requests", "model=\"colour\"") == 0);
            assertEquals(0, gateway.metrics().value("sluice_pipeline_memory_bytes", "model=\"squares\""));
            assertEquals(0, statistic(gateway, "colour", "execution_count"));
        }
    }

    @Test
    void whatHasNoRoomBetweenTheStagesIsRefused() {
        squares();
        String large = SQUARES.replace("crop[4x4", "crop[512x512")
                .replace("- colour = colour(x=squares.image)", "")
                .replace("- colour = colour.label", "- pieces = squares.image");
        new Repository(folder).empty("large", "1").config("large", large);
        try (RunningGateway gateway = Pipelines.start(folder, "worker.pipelines.memory=4MiB")) {
            String refused = gateway.infer("large", pictures("rgb.")).error(400);
            assertTrue(refused.contains("worker.pipelines.memory"), refused);
            assertTrue(refused.startsWith("stage squares (crop)"), refused);
            Answer one = gateway.infer("large", pictures("r..."));
            assertEquals("[1,3,512,512]", shape(one, 3).encode());
            gateway.awaitNothingInFlight();
            assertEquals(0, gateway.metrics().value("sluice_pipeline_memory_bytes", "model=\"large\""));
        }
    }
}
