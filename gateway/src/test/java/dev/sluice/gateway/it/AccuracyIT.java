package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The digits model is as good behind the gateway as it was when it was trained. */
class AccuracyIT {

    private static final int IMAGES = 10_000;
    private static final int IMAGE_BYTES = 28 * 28;
    private static final int BATCH = 50;
    private static final int CONNECTIONS = 4;
    private static final double WHITE = 255;

    /** The IDX files have a head of 16 bytes for images and 8 for labels. */
    private static byte[] read(Path file, int headBytes, int bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(headBytes);
            return in.readNBytes(bytes);
        }
    }

    @Test
    void readsNinetyNineOfAHundredTestImagesRight() throws Exception {
        Path mnist = Places.shared("mnist");
        byte[] images = read(mnist.resolve("t10k-images-idx3-ubyte.gz"), 16, IMAGES * IMAGE_BYTES);
        byte[] labels = read(mnist.resolve("t10k-labels-idx1-ubyte.gz"), 8, IMAGES);
        int right = 0;
        try (RunningGateway gateway = RunningGateway.start(Places.DEMO_MODELS);
                ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int first = 0; first < IMAGES; first += BATCH) {
                int from = first;
                results.add(clients.submit(() -> countRight(gateway, images, labels, from)));
            }
            for (Future<Integer> result : results) {
                right += result.get();
            }
            assertEquals(IMAGES / BATCH, gateway.metrics().value("sluice_requests_total", "outcome=\"success\""));
        }
        assertTrue(right >= 0.99 * IMAGES, right + " of " + IMAGES + " are right");
    }

    private static int countRight(RunningGateway gateway, byte[] images, byte[] labels, int from) {
        JsonArray probabilities = gateway.infer("digits", body(images, from)).data();
        int right = 0;
        for (int i = 0; i < BATCH; i++) {
            right += Digits.mostLikely(probabilities, i) == labels[from + i] ? 1 : 0;
        }
        return right;
    }

    private static String body(byte[] images, int from) {
        StringBuilder data = new StringBuilder("[");
        for (int i = from * IMAGE_BYTES; i < (from + BATCH) * IMAGE_BYTES; i++) {
            int grey = images[i] & 0xFF;
            data.append(grey == 0 ? "0" : Float.toString((float) (grey / WHITE)))
                    .append(',');
        }
        data.setCharAt(data.length() - 1, ']');
        return Requests.inputs(Requests.tensor("image", "FP32", "[" + BATCH + ",1,28,28]", data.toString()));
    }
}
