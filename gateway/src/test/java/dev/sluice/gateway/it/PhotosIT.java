package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos as people have them, to models that were trained by others. */
class PhotosIT {

    private static final int DIGITS = 300;
    private static final int IN_FLIGHT = 20;
    private static final int SIDE = 28;

    @TempDir
    private Path root;

    private static CompletableFuture<Answer> post(RunningGateway gateway, byte[] picture) {
        return gateway.send(gateway.request("/predict")
                .POST(BodyPublishers.ofByteArray(picture))
                .build());
    }

    /** The resized copies were made by Pillow, which resizes as we do: so the classes are the same, and nearly the numbers. */
    @Test
    void squeezeNetSeesInThePhotosWhatItSawWhenTheyWerePreparedByHand() throws IOException {
        Path data = Places.shared("photos").resolveSibling("");
        new Repository(root)
                .with("squeezenet", "1", data.resolve("models/squeezenet_fp32/model.onnx"))
                .config("squeezenet", """
                        transform:
                          input: {kind: image, channels: bgr}
                          output: {kind: classes, labels: imagenet_classes.txt}
                        """);
        Files.copy(data.resolve("labels/imagenet_classes.txt"), root.resolve("squeezenet/imagenet_classes.txt"));
        JsonObject expected = new JsonObject(Files.readString(data.resolve("photos/expected_squeezenet_fp32.json")));
        try (RunningGateway gateway = RunningGateway.start(root)) {
            for (String photo : expected.fieldNames()) {
                JsonArray classes = expected.getJsonArray(photo);
                assertSame(classes, Waiting.await(post(gateway, Files.readAllBytes(data.resolve(photo)))), 0.01, photo);
                Path original = data.resolve(photo.replace("/224/", "/").replace(".png", ".jpg"));
                if (Files.exists(original)) {
                    Answer answer = Waiting.await(post(gateway, Files.readAllBytes(original)));
                    assertSame(classes, answer, 0.1, original.toString());
                }
            }
            assertEquals(8, expected.size());
        }
    }

    private static void assertSame(JsonArray expected, Answer answer, double tolerance, String photo) {
        assertEquals(200, answer.status(), photo + ": " + answer.body());
        JsonObject first = expected.getJsonObject(0);
        assertEquals(first.getString("name"), answer.json().getString("label"), photo);
        assertEquals(first.getDouble("p"), answer.json().getDouble("probability"), tolerance, photo);
    }

    /** Each scaled up, dark on lit paper, somewhere on the sheet, turned by its camera, as JPEG. */
    @Test
    void readsPhotosOfWrittenDigits() throws IOException {
        Path mnist = Places.shared("mnist");
        byte[] images = read(mnist.resolve("t10k-images-idx3-ubyte.gz"), 16, DIGITS * SIDE * SIDE);
        byte[] labels = read(mnist.resolve("t10k-labels-idx1-ubyte.gz"), 8, DIGITS);
        SplittableRandom random = new SplittableRandom(7);
        int right = 0;
        try (RunningGateway gateway = RunningGateway.start(Places.DEMO_MODELS)) {
            for (int first = 0; first < DIGITS; first += IN_FLIGHT) {
                List<CompletableFuture<Answer>> answers = new ArrayList<>();
                for (int i = first; i < first + IN_FLIGHT; i++) {
                    answers.add(post(gateway, photo(images, i, random)));
                }
                for (int i = 0; i < IN_FLIGHT; i++) {
                    Answer answer = Waiting.await(answers.get(i));
                    assertEquals(200, answer.status(), answer.body());
                    right += answer.json().getString("label").equals(Integer.toString(labels[first + i])) ? 1 : 0;
                }
            }
        }
        assertTrue(right >= 0.98 * DIGITS, right + " of " + DIGITS + " are right");
    }

    private static byte[] photo(byte[] images, int index, SplittableRandom random) {
        BufferedImage digit = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        digit.getRaster()
                .setDataElements(
                        0, 0, SIDE, SIDE, Arrays.copyOfRange(images, index * SIDE * SIDE, (index + 1) * SIDE * SIDE));
        double scale = random.nextDouble(4, 12);
        int room = 400 - (int) (SIDE * scale);
        BufferedImage sheet = Pictures.photo(
                digit, 480, 400, new Pictures.Place(scale, random.nextInt(room + 80), random.nextInt(room)));
        int orientation = random.nextInt(1, 9);
        return Pictures.oriented(
                Pictures.write(Pictures.stored(sheet, orientation), "jpeg"), orientation, random.nextBoolean());
    }

    private static byte[] read(Path file, int headBytes, int bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(headBytes);
            return in.readNBytes(bytes);
        }
    }
}
