package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo model is shown the digits that it knows, and then nothing but ones. */
class DriftIT {

    private static final String DIGITS = "/admin/v1/models/digits";
    private static final int IMAGE_BYTES = 28 * 28;
    private static final int IMAGES = 2000;
    private static final int LEAST = 200;
    private static final double WHITE = 255;

    @TempDir
    private Path root;

    private byte[] images = {};
    private byte[] labels = {};
    private int next;

    @BeforeEach
    void read() throws IOException {
        Path mnist = Places.shared("mnist");
        images = read(mnist.resolve("t10k-images-idx3-ubyte.gz"), 16, IMAGES * IMAGE_BYTES);
        labels = read(mnist.resolve("t10k-labels-idx1-ubyte.gz"), 8, IMAGES);
        new Repository(root).with("digits", "1", Places.DEMO_MODELS.resolve("digits/1/model.onnx"));
    }

    private static byte[] read(Path file, int headBytes, int bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(headBytes);
            return in.readNBytes(bytes);
        }
    }

    private RunningGateway start() {
        return RunningGateway.start(
                root,
                "admin.port=-1",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "worker.warm_up_budget=0s",
                "worker.drift.window=1m",
                "worker.drift.min_samples=" + LEAST,
                "worker.drift.report_every=20ms");
    }

    private String image(int index) {
        StringBuilder data = new StringBuilder("[");
        for (int i = index * IMAGE_BYTES; i < (index + 1) * IMAGE_BYTES; i++) {
            data.append(String.format(Locale.ROOT, "%.3f,", (images[i] & 0xFF) / WHITE));
        }
        data.setCharAt(data.length() - 1, ']');
        return Requests.inputs(Requests.tensor("image", "FP32", "[1,1,28,28]", data.toString()));
    }

    /** A few at a time, of which some are looked at. */
    private void ask(RunningGateway gateway, boolean onlyOnes) {
        CompletableFuture<?>[] answers = IntStream.range(0, 8)
                .mapToObj(i -> {
                    do {
                        next = (next + 1) % IMAGES;
                    } while (onlyOnes && labels[next] != 1);
                    return gateway.inferLater("digits", image(next));
                })
                .toArray(CompletableFuture[]::new);
        Waiting.await(CompletableFuture.allOf(answers));
    }

    private static JsonObject output(RunningGateway gateway) {
        JsonArray versions = gateway.admin("GET", DIGITS + "/drift", "").json().getJsonArray("versions");
        return versions.isEmpty()
                ? new JsonObject()
                : versions.getJsonObject(0).getJsonArray("outputs").getJsonObject(0);
    }

    private void askUntilKnown(RunningGateway gateway, boolean onlyOnes, int samples) {
        Waiting.until(samples + " samples", () -> {
            ask(gateway, onlyOnes);
            return output(gateway).getInteger("samples", 0) >= samples;
        });
    }

    @Test
    void theUsualMixIsSteadyAndOneDigitAloneIsDrift() throws IOException {
        try (RunningGateway gateway = start()) {
            askUntilKnown(gateway, false, 1);
            assertEquals("no baseline", output(gateway).getString("means"));
            assertTrue(
                    gateway.admin("POST", DIGITS + "/baseline", "").error(400).contains("min_samples"));
            askUntilKnown(gateway, false, 2 * LEAST);
            Answer kept = gateway.admin("POST", DIGITS + "/baseline", "{\"version\":1}");
            assertEquals(200, kept.status(), kept.body());
            assertTrue(Files.size(root.resolve("digits/1/baseline.json")) > LEAST);
            int then = output(gateway).getInteger("samples");
            askUntilKnown(gateway, false, then + LEAST);
            JsonObject steady = output(gateway);
            assertEquals("steady", steady.getString("means"), steady.encode());
            assertEquals("classes", steady.getString("of"));
            assertEquals(0, steady.getInteger("not_finite"));
            Waiting.until("ones alone are drift", () -> {
                ask(gateway, true);
                return output(gateway).getString("means").equals("drift");
            });
            assertTrue(output(gateway).getDouble("ks") > 0);
            pageAndTableAgree(gateway);
        }
        try (RunningGateway again = start()) {
            askUntilKnown(again, true, LEAST);
            assertEquals("drift", output(again).getString("means"), "the file has stayed");
        }
    }

    /** What is reported last is what both show, once nothing more comes. */
    private static void pageAndTableAgree(RunningGateway gateway) {
        Waiting.until("page and interface agree", () -> {
            JsonObject shown = output(gateway);
            MetricsPage page = gateway.metrics();
            return page.value("sluice_drift_samples", "model=\"digits\"") == shown.getInteger("samples")
                    && page.value("sluice_drift_psi", "version=\"1\"") == shown.getDouble("psi")
                    && page.value("sluice_drift_psi_by_chance", "version=\"1\"") == shown.getDouble("psi_by_chance")
                    && page.value("sluice_drift_ks", "version=\"1\"") == shown.getDouble("ks");
        });
        assertEquals(0, gateway.metrics().value("sluice_drift_not_finite_ratio"));
        String table = gateway.admin("GET", DIGITS + "/drift", "", "accept", "text/plain")
                .body();
        assertTrue(table.startsWith("VERSION") && table.contains("its files"), table);
        assertTrue(table.stripTrailing().endsWith("drift"), table);
    }

    @Test
    void oneThatIsSwitchedOffIsNotLookedAt() {
        new Repository(root).config("digits", "drift: {watch: off}");
        try (RunningGateway gateway = start()) {
            ask(gateway, false);
            gateway.awaitNothingInFlight();
            assertFalse(gateway.metrics().has("sluice_drift_samples"));
            assertEquals(
                    "{\"name\":\"digits\",\"min_samples\":200,\"versions\":[]}",
                    gateway.admin("GET", DIGITS + "/drift", "").body());
        }
    }

    @Test
    void aBrokenBaselineIsRemarkedOnAndTheVersionServes() throws IOException {
        Files.writeString(root.resolve("digits/1/baseline.json"), "{}");
        try (RunningGateway gateway = start()) {
            ask(gateway, false);
            String models = gateway.get("/v2/models").body();
            assertTrue(models.contains("baseline.json has no list for outputs"), models);
            assertEquals(1, gateway.metrics().value("sluice_model_remarks"));
        }
    }

    @Test
    void whatNamesNoOutputIsAnErrorOfTheModel() {
        new Repository(root).config("digits", "drift: {outputs: [nothing]}");
        try (RunningGateway gateway = start()) {
            String models = gateway.get("/v2/models").body();
            assertTrue(models.contains("the model has no output nothing"), models);
            gateway.admin("GET", "/admin/v1/models/nobody/drift", "").error(404);
            gateway.admin("POST", "/admin/v1/models/nobody/baseline", "").error(404);
        }
    }
}
