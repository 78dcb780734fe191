package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that come from elsewhere, by model.yaml and by an operator's word, and sources that are not what they should be. */
class RemoteModelsIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path directory;

    private Path models;
    private ModelStore store;
    private byte[] model;

    @BeforeEach
    void fill() throws IOException {
        models = Files.createDirectory(directory.resolve("models"));
        model = Files.readAllBytes(MODEL);
        store = new ModelStore().with("/sums.onnx", model).with("/bad.onnx", "bad".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private RunningGateway start(String... more) {
        return RunningGateway.start(models, settings(more));
    }

    private String[] settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "admin.port=-1",
                "worker.warm_up_budget=0s",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "registry.directory=" + directory.resolve("registry"),
                "worker.sources.cache=" + directory.resolve("cache"),
                "worker.sources.allow_http=true",
                "worker.sources.allow_private=true",
                "worker.sources.idle_timeout=2s",
                "worker.sources.retry_for=0s"));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    private void modelYaml(String name, String yaml) throws IOException {
        Files.createDirectories(models.resolve(name));
        Path draft = Files.writeString(directory.resolve("draft.yaml"), yaml);
        Files.move(
                draft,
                models.resolve(name).resolve("model.yaml"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    private static JsonObject version(RunningGateway gateway, String name, int number) {
        return gateway
                .admin("GET", "/admin/v1/models/" + name, "")
                .json()
                .getJsonArray("versions", new JsonArray())
                .stream()
                .map(JsonObject.class::cast)
                .filter(version -> version.getInteger("version") == number)
                .findFirst()
                .orElseGet(JsonObject::new);
    }

    private Answer add(RunningGateway gateway, String name, int version, String url) {
        return gateway.admin(
                "PUT",
                "/admin/v1/models/" + name + "/versions/" + version + "/source",
                new JsonObject().put("url", url).encode());
    }

    @Test
    void aModelYamlNamesWhereItsVersionsComeFrom() throws IOException {
        modelYaml("sums", "sources:\n  - 1=" + store.url("/sums.onnx") + "\n");
        try (RunningGateway gateway = start()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            modelYaml(
                    "sums",
                    "sources:\n  - 1=" + store.url("/sums.onnx") + "\n  - 2=" + store.url("/sums.onnx?again") + "\n");
            Waiting.until(
                    "version 2 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("2"));
            modelYaml("sums", "sources:\n  - 1=" + store.url("/sums.onnx") + "\n");
            Waiting.until(
                    "version 1 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("1"));
            assertEquals(2, store.ranges().size(), "the file of version 1 was there");
            assertTrue(gateway.metrics().value("sluice_source_received_bytes_total") == 2.0 * model.length);
            assertTrue(gateway.metrics().value("sluice_source_cache_bytes") == model.length, "the same, once");
        }
        store.isAway(true);
        try (RunningGateway gateway = start()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        assertEquals(2, store.ranges().size(), "what is in the cache is not asked for");
    }

    @Test
    void anOperatorSaysWhereAVersionComesFromAndThatHoldsAfterARestart() {
        try (RunningGateway gateway = start()) {
            Answer added = add(gateway, "sums", 1, store.url("/sums.onnx?signature=secret"));
            assertEquals(200, added.status(), added.body());
            assertFalse(added.body().contains("secret"), added.body());
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            new Repository(models).with("sums", "2", MODEL);
            Waiting.until(
                    "version 2 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("2"));
            add(gateway, "sums", 2, store.url("/sums.onnx")).error(400);
        }
        try (RunningGateway gateway = start()) {
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals(200, gateway.admin("POST", SUMS + "/rollback", "").status());
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            Answer seen = gateway.admin("GET", SUMS, "");
            assertTrue(seen.body().contains("/sums.onnx?***"), seen.body());
            assertFalse(seen.body().contains("secret"), seen.body());
            assertFalse(gateway.admin("GET", "/admin/v1/audit", "").body().contains("secret"));
            assertEquals(
                    200,
                    gateway.admin("DELETE", SUMS + "/versions/1/source", "").status());
            Waiting.until(
                    "version 2 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("2"));
            gateway.admin("DELETE", SUMS + "/versions/1/source", "").error(404);
        }
    }

    @Test
    void whatCannotBeHadIsRefusedWithItsReasonAndLeavesNothing() {
        try (RunningGateway gateway = start("worker.sources.allow_http=false")) {
            assertTrue(
                    add(gateway, "sums", 1, store.url("/sums.onnx")).error(400).contains("plain text"));
        }
        try (RunningGateway gateway = start("worker.sources.allow_private=false")) {
            assertTrue(add(gateway, "sums", 1, store.url("/sums.onnx"))
                    .error(400)
                    .contains("worker.sources.allow_private"));
        }
        new Repository(models).with("sums", "1", MODEL);
        try (RunningGateway gateway = start()) {
            assertTrue(add(gateway, "sums", 2, store.url("/none.onnx?secret"))
                    .error(503)
                    .contains("/none.onnx?*** answers with status 404"));
            String broken = add(gateway, "sums", 2, store.url("/bad.onnx")).error(503);
            assertFalse(broken.contains(directory.toString()), broken);
            add(gateway, "sums", 2, "file:///etc/passwd").error(400);
            add(gateway, "sums", 2, "gopher://x/y").error(400);
            add(gateway, "-x", 2, store.url("/sums.onnx")).error(400);
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            Waiting.until(
                    "nothing of it is left", () -> version(gateway, "sums", 2).isEmpty());
            assertEquals(
                    new JsonObject(),
                    gateway.admin("GET", SUMS, "").json().getJsonObject("told").getJsonObject("sources"));
        }
    }

    @Test
    void aSourceThatFailsDisturbsNobodyAndIsTriedAgainWhenAsked() throws IOException {
        modelYaml("sums", "sources: [" + "3=" + store.url("/sums.onnx") + "]\n");
        new Repository(models).with("sums", "1", MODEL);
        store.isAway(true);
        try (RunningGateway gateway = start()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            JsonObject failed = version(gateway, "sums", 3);
            assertEquals("failed", failed.getString("state"));
            assertTrue(failed.getString("reason").contains("status 503"), failed.encode());
            assertEquals(1, gateway.metrics().value("sluice_source_failures_total"));
            store.isAway(false);
            assertEquals(200, gateway.admin("POST", SUMS + "/load", "").status());
            assertEquals("3", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
    }

    /** What `./sluice models` shows of version 2 is the same. */
    private static void awaitShown(RunningGateway gateway, String state, String reason) {
        Pattern told = Pattern.compile(reason);
        Waiting.until(
                reason,
                () -> told.matcher(version(gateway, "sums", 2).getString("reason", ""))
                        .find());
        assertEquals(state, version(gateway, "sums", 2).getString("state"));
        String table = gateway.admin("GET", SUMS, "", "accept", "text/plain").body();
        assertTrue(table.lines().anyMatch(line -> line.matches("sums +2 +" + state + " .*" + reason + ".*")), table);
    }

    @Test
    void howFarADownloadIsIsShownWhileItRuns() throws IOException {
        store.with("/sums.tar", padded(8 << 20)).fallsSilentAfter(3 << 20);
        new Repository(models).with("sums", "1", MODEL);
        try (RunningGateway gateway = start("worker.sources.idle_timeout=1h")) {
            modelYaml("sums", "sources: [" + "2=" + store.url("/sums.tar") + "]\n");
            awaitShown(gateway, "loading", "fetching 3.0 of 8.0 MiB");
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            store.goesOn();
            Waiting.until(
                    "version 2 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("2"));
            assertEquals("ready", version(gateway, "sums", 2).getString("state"));
            assertEquals("", version(gateway, "sums", 2).getString("reason"));
        }
    }

    @Test
    void aDownloadThatBreaksOffIsShownToGoOnFromThere() throws IOException {
        byte[] tar = padded(8 << 20);
        store.with("/sums.tar", tar).fallsSilentAfter(3 << 20);
        new Repository(models).with("sums", "1", MODEL);
        try (RunningGateway gateway = start("worker.sources.idle_timeout=1h", "worker.sources.retry_for=1m")) {
            modelYaml("sums", "sources: [" + "2=" + store.url("/sums.tar") + "]\n");
            awaitShown(gateway, "loading", "fetching 3.0 of 8.0 MiB");
            store.fallsSilentAfter(2 << 20);
            store.breaksOff();
            awaitShown(gateway, "loading", "fetching 5.0 of 8.0 MiB");
            store.goesOn();
            Waiting.until(
                    "version 2 serves",
                    () -> gateway.versionThatAnswers("sums", Requests.sums(1, 2))
                            .equals("2"));
            assertEquals(List.of("", "bytes=" + (3 << 20) + "-"), store.ranges());
            assertEquals(tar.length, gateway.metrics().value("sluice_source_received_bytes_total"), "each byte once");
            assertEquals(1, gateway.metrics().value("sluice_source_failures_total"));
        }
    }

    @Test
    void aDownloadThatIsNotWhatItShouldBeIsShownAsThat() throws IOException {
        store.with("/sums.tar", padded(8 << 20)).fallsSilentAfter(3 << 20);
        new Repository(models).with("sums", "1", MODEL);
        try (RunningGateway gateway = start("worker.sources.idle_timeout=1h")) {
            String other = "0".repeat(64);
            modelYaml("sums", "sources: [" + "2=" + store.url("/sums.tar") + " sha256=" + other + "]\n");
            awaitShown(gateway, "loading", "fetching 3.0 of 8.0 MiB");
            store.goesOn();
            awaitShown(gateway, "failed", " has the sha256 [0-9a-f]{64} and not " + other);
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals(0, sizes(directory.resolve("cache")), "nothing of it stays");
        }
    }

    @Test
    void aServerThatWasKilledGoesOnWhereItWas() throws IOException {
        byte[] tar = padded(8 << 20);
        store.with("/sums.tar", tar).fallsSilentAfter(3 << 20);
        modelYaml("sums", "sources: [" + "1=" + store.url("/sums.tar") + "]\n");
        try (SluiceProcess killed = process()) {
            Path cache = directory.resolve("cache/partial");
            Waiting.until("some of it has come", () -> sizes(cache) >= 3 << 20);
            killed.kill();
            killed.awaitExit();
        }
        store.speaksAgain();
        try (RunningGateway gateway = start();
                RunningGateway second = start("registry.url=none")) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals("1", second.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        assertEquals(List.of("", "bytes=" + (3 << 20) + "-"), store.ranges());
        assertEquals(0, sizes(directory.resolve("cache/partial")));
    }

    @Test
    void twoServersWithOneCacheGetItOnce() throws IOException {
        byte[] tar = padded(1 << 20);
        store.with("/sums.tar", tar).fallsSilentAfter(1000);
        modelYaml("sums", "sources: [" + "1=" + store.url("/sums.tar") + "]\n");
        try (SluiceProcess one = process("worker.sources.retry_for=1m");
                SluiceProcess two = process("worker.sources.retry_for=1m")) {
            Path partial = directory.resolve("cache/partial");
            Waiting.until("some of it has come to one of them", () -> sizes(partial) >= 1000);
            store.speaksAgain();
            assertTrue(one.awaitReady() != two.awaitReady());
        }
        assertEquals(List.of("", "bytes=1000-"), store.ranges());
    }

    private SluiceProcess process(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--models", models.toString(), "--port", "0"));
        for (String setting : settings(more)) {
            if (!setting.startsWith("registry") && !setting.startsWith("admin")) {
                arguments.addAll(List.of("--set", setting));
            }
        }
        return SluiceProcess.start(arguments.toArray(String[]::new));
    }

    /** A tar with the model and a file of noise, so that it is long. */
    private byte[] padded(int bytes) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("packed"));
        Files.write(folder.resolve("model.onnx"), model);
        Files.write(folder.resolve("noise"), new byte[bytes]);
        Path tar = directory.resolve("sums.tar");
        Process packing = new ProcessBuilder("tar", "-cf", tar.toString(), "-C", folder.toString(), ".").start();
        assertEquals(0, Waiting.await(packing.onExit()).exitValue());
        return Files.readAllBytes(tar);
    }

    private static long sizes(Path folder) {
        try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            return files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum();
        } catch (IOException | UncheckedIOException changing) {
            return 0;
        }
    }
}
