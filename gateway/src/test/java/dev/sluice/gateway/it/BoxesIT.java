package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture in, the things in it out, by a detector of coloured squares. */
class BoxesIT {

    private static final Path MODEL = Places.BOXES.resolve("models/squares/1/model.onnx");
    private static final Path THINGS = Places.BOXES.resolve("things.png");
    private static final String YOLO = "name: output0, boxes_last: true, corners: cxcywh";
    private static final String FIT = "resize: fit, filter: area";
    private static final String SQUARES = "red 16 8 16 16, green 80 24 16 16, blue 48 40 16 16";

    @TempDir
    private Path root;

    private RunningGateway start(String input, String output) {
        String yaml = "transform:\n  input: {kind: image, scale: 0.00390625, " + input + "}\n  output: {kind: boxes, "
                + output + "}\n";
        new Repository(root).with("squares", "1", MODEL).config("squares", yaml);
        return RunningGateway.start(
                root, "worker.instances=1", "compat.listeners=[\"torchserve: 0\", \"djl-serving: 0\"]");
    }

    private static Answer post(RunningGateway gateway, int port, String path, byte[] body) {
        Answer answer = Waiting.await(gateway.send(gateway.request(port, path)
                .POST(BodyPublishers.ofByteArray(body))
                .build()));
        assertEquals(200, answer.status(), answer.body());
        return answer;
    }

    private JsonObject found(String input, String output, byte[] picture) {
        try (RunningGateway gateway = start(input, output)) {
            JsonObject answer =
                    post(gateway, gateway.port(), "/predict", picture).json();
            gateway.awaitNothingInFlight();
            return answer;
        }
    }

    /** Label and box of each, to whole pixels. */
    private static String said(JsonObject answer) {
        JsonArray objects = answer.getJsonArray("objects");
        return IntStream.range(0, objects.size())
                .mapToObj(objects::getJsonObject)
                .map(each -> each.getString("label") + numbers(each.getJsonObject("box")))
                .collect(Collectors.joining(", "));
    }

    private static String numbers(JsonObject box) {
        return List.of("x", "y", "width", "height").stream()
                .map(name -> " " + Math.round(box.getDouble(name)))
                .collect(Collectors.joining());
    }

    @Test
    void saysWhatIsInAPictureAndWhere() throws IOException {
        try (RunningGateway gateway = start(FIT, YOLO + ", score_threshold: 0.6")) {
            assertEquals(
                    "{\"objects\":["
                            + "{\"label\":\"red\",\"probability\":0.9375,"
                            + "\"box\":{\"x\":16.0,\"y\":8.0,\"width\":16.0,\"height\":16.0}},"
                            + "{\"label\":\"green\",\"probability\":0.875,"
                            + "\"box\":{\"x\":80.0,\"y\":24.0,\"width\":16.0,\"height\":16.0}},"
                            + "{\"label\":\"blue\",\"probability\":0.75,"
                            + "\"box\":{\"x\":48.0,\"y\":40.0,\"width\":16.0,\"height\":16.0}}],"
                            + "\"picture\":{\"width\":128,\"height\":64}}",
                    post(gateway, gateway.port(), "/predict", Files.readAllBytes(THINGS))
                            .body());
            assertEquals(
                    "{\"objects\":[],\"picture\":{\"width\":9,\"height\":7}}",
                    post(
                                    gateway,
                                    gateway.port(),
                                    "/predict",
                                    Pictures.write(new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB), "png"))
                            .body());
            gateway.awaitNothingInFlight();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                YOLO,
                "name: boxes, scores: logits, units: fractions, activation: softmax, background: 3",
                "name: found, scores: score, classes: class, count: count, form: chosen"
            })
    void readsWhatDetectorsGiveInTheirWays(String output) throws IOException {
        assertEquals(SQUARES, said(found(FIT, output + ", score_threshold: 0.6", Files.readAllBytes(THINGS))));
    }

    @ParameterizedTest
    @CsvSource({
        "per_class, 0.45, 15",
        "per_class, 0.3, 3",
        "across_classes, 0.3, 3",
        "none, 0.3, 15",
    })
    void leavesOutWhatABetterOneOverlaps(String suppression, double overlap, int expected) throws IOException {
        String output = YOLO + ", score_threshold: 0.3, iou_threshold: " + overlap + ", suppression: " + suppression;
        assertEquals(
                expected,
                found(FIT, output, Files.readAllBytes(THINGS))
                        .getJsonArray("objects")
                        .size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aTurnedPictureIsAnsweredAsItIsLookedAt(int orientation) throws IOException {
        byte[] jpeg = Pictures.oriented(
                Pictures.write(Pictures.stored(ImageIO.read(THINGS.toFile()), orientation), "jpeg"), orientation, true);
        JsonObject answer = found(FIT, YOLO + ", score_threshold: 0.6", jpeg);
        assertEquals(SQUARES, said(answer));
        assertEquals(new JsonObject("{\"width\":128,\"height\":64}"), answer.getJsonObject("picture"));
    }

    /** Pictures with a square in the left upper corner, each of one of the colours. */
    private static String tensors(int... colours) {
        List<String> pictures = new ArrayList<>();
        for (int colour : colours) {
            float[][][] pixels = new float[3][64][64];
            for (int i = 0; i < 64; i++) {
                pixels[colour][i / 8][i % 8] = 1;
            }
            pictures.add(Arrays.deepToString(pixels));
        }
        return "{\"data\": " + pictures + "}";
    }

    @Test
    void tensorsAreAnsweredInTheModelsUnits() {
        String green = "{\"objects\":[{\"label\":\"green\",\"probability\":1.0,"
                + "\"box\":{\"x\":0.0,\"y\":0.0,\"width\":8.0,\"height\":8.0}}]}";
        String red = green.replace("green", "red");
        try (RunningGateway gateway = start(FIT, YOLO + ", score_threshold: 0.6")) {
            assertEquals(green, gateway.post("/predict", tensors(1)).body());
            assertEquals(
                    "[" + red + "," + green + "]",
                    gateway.post("/predict", tensors(0, 1)).body());
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void partsOfAPictureStayParts() {
        String output = "name: boxes, scores: logits, units: fractions, activation: softmax, background: 3";
        try (RunningGateway gateway = start(FIT, output + ", max_boxes: 1")) {
            assertEquals(
                    "{\"objects\":[{\"label\":\"green\",\"probability\":0.993218,"
                            + "\"box\":{\"x\":0.0,\"y\":0.0,\"width\":0.125,\"height\":0.125}}]}",
                    gateway.post("/predict", tensors(1)).body());
        }
    }

    /** More than a loop may go through itself. */
    @Test
    void muchIsReadOnAThreadOfThePool() {
        try (RunningGateway gateway = start(FIT, YOLO + ", score_threshold: 0.6")) {
            int[] colours = {0, 1, 2, 0, 1, 2};
            JsonArray answer =
                    new JsonArray(gateway.post("/predict", tensors(colours)).body());
            assertEquals(6, answer.size());
            for (int i = 0; i < 6; i++) {
                assertEquals(
                        List.of("red", "green", "blue").get(colours[i]) + " 0 0 8 8", said(answer.getJsonObject(i)));
            }
            Waiting.until(
                    "read", () -> gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\"") == 1);
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void manyPicturesAreAnsweredEachByItsOwnSize() throws IOException {
        try (RunningGateway gateway = start(FIT, YOLO + ", score_threshold: 0.6")) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                BufferedImage things = ImageIO.read(THINGS.toFile());
                int times = 1 + i % 4;
                BufferedImage larger = new BufferedImage(128 * times, 64 * times, BufferedImage.TYPE_INT_RGB);
                Graphics2D pen = larger.createGraphics();
                pen.drawImage(things, 0, 0, 128 * times, 64 * times, null);
                pen.dispose();
                answers.add(gateway.send(gateway.request("/predict")
                        .POST(BodyPublishers.ofByteArray(Pictures.write(larger, "png")))
                        .build()));
            }
            for (int i = 0; i < 64; i++) {
                int times = 1 + i % 4;
                JsonObject answer = Waiting.await(answers.get(i)).json();
                assertEquals(
                        "red %d %d %d %d".formatted(16 * times, 8 * times, 16 * times, 16 * times),
                        said(answer).split(", ", -1)[0],
                        answer.encode());
            }
            gateway.awaitNothingInFlight();
        }
    }

    private static String predicted(RunningGateway gateway, int profile) throws IOException {
        return post(gateway, gateway.profilePort(profile), "/predictions/squares", Files.readAllBytes(THINGS))
                .body();
    }

    @Test
    void clientsOfOtherServersAreToldAsTheyKnowIt() throws IOException {
        try (RunningGateway gateway = start(FIT, YOLO + ", score_threshold: 0.9")) {
            JsonArray torchServe = new JsonArray(predicted(gateway, 0));
            assertEquals(new JsonArray("[{\"red\": [16.0, 8.0, 32.0, 24.0], \"score\": 0.9375}]"), torchServe);
            JsonArray djl = new JsonArray(predicted(gateway, 1));
            assertEquals(
                    new JsonArray("[{\"className\": \"red\", \"probability\": 0.9375,"
                            + " \"boundingBox\": {\"rect\": [0.125, 0.125, 0.25, 0.375]}}]"),
                    djl);
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void whatDoesNotFitFailsTheVersionWithTheLine() {
        try (RunningGateway gateway = start(FIT, "name: output0, corners: cxcywh, form: chosen")) {
            String reason = gateway.post("/predict", tensors(1)).error(503);
            assertTrue(
                    reason.contains("model.yaml:3: transform.output.name: output0 [-1,7,225]: a box has 225 numbers,"
                            + " and 6 are expected (got output0)"),
                    reason);
        }
    }
}
