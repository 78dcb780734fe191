package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that come from elsewhere, sleep and memory: what was brought here stays here, and counts. */
class RemoteSleepIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path directory;

    private ModelStore store;
    private byte[] model;

    @BeforeEach
    void fill() throws IOException {
        model = Files.readAllBytes(MODEL);
        store = new ModelStore().with("/sums.onnx", model);
        modelYaml("sums", "/sums.onnx");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void modelYaml(String name, String path) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("models").resolve(name));
        Files.writeString(folder.resolve("model.yaml"), "sources:\n  - 1=" + store.url(path) + "\n");
    }

    private RunningGateway start(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "admin.port=-1",
                "worker.warm_up_budget=0s",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "worker.sources.cache=" + directory.resolve("cache"),
                "worker.sources.allow_http=true",
                "worker.sources.allow_private=true",
                "worker.sources.retry_for=0s"));
        settings.addAll(List.of(more));
        return RunningGateway.start(directory.resolve("models"), settings.toArray(String[]::new));
    }

    private static JsonObject version(RunningGateway gateway, String name) {
        return gateway.admin("GET", "/admin/v1/models/" + name, "")
                .json()
                .getJsonArray("versions")
                .getJsonObject(0);
    }

    @Test
    void theFilesOfWhatIsAsleepStayAndWakeItAlthoughTheirSourceIsAway() {
        store.with("/other.onnx", new byte[1000]);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms", "worker.sources.cache_size=1KiB")) {
            Waiting.until(
                    "it is asleep",
                    () -> version(gateway, "sums").getString("state").equals("asleep"));
            String refused = gateway.admin(
                            "PUT",
                            SUMS + "/versions/2/source",
                            new JsonObject()
                                    .put("url", store.url("/other.onnx"))
                                    .encode())
                    .error(503);
            assertTrue(refused.contains("worker.sources.cache_size"), refused);
            store.isAway(true);
            Answer answer = gateway.infer("sums", Requests.sums(1, 2));
            assertEquals(200, answer.status(), answer.body());
        }
    }

    @Test
    void whatComesFromElsewhereCountsInTheBudget() {
        try (RunningGateway gateway = start("worker.control.memory_budget=1MiB")) {
            String reason = version(gateway, "sums").getString("reason");
            assertEquals("failed", version(gateway, "sums").getString("state"));
            assertTrue(reason.contains("worker.control.memory_budget is 1048576"), reason);
        }
    }

    @Test
    void whatIsInTheCacheIsNotKeptWaitingByDownloads() throws IOException {
        try (RunningGateway gateway = start("worker.sources.downloads=1", "worker.sources.idle_timeout=10m")) {
            assertEquals(200, gateway.admin("POST", SUMS + "/unload", "").status());
            store.with("/slow.onnx", model).fallsSilentAfter(10);
            modelYaml("slow", "/slow.onnx");
            Waiting.until(
                    "the only thread for downloads waits", () -> store.ranges().size() == 2);
            assertEquals(200, gateway.admin("POST", SUMS + "/load", "").status());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        }
    }
}
