package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions come and go in the repository while clients ask all the time, and no client ever notices. */
class HotSwapIT {

    private static final int CLIENTS = 8;
    private static final int SWAPS = 50;
    private static final int INSTANCES = 2;
    private static final Path ECHO = Places.TEST_MODELS.resolve("echo/1/model.onnx");

    /** Clients that ask the same model one after the other until they are told to stop. */
    private static final class Clients implements AutoCloseable {

        private final RunningGateway gateway;
        private final String path;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicLong answered = new AtomicLong();
        private final AtomicLong newest = new AtomicLong();
        private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        private final List<CompletableFuture<Void>> all = new ArrayList<>();

        Clients(RunningGateway gateway, String path) {
            this.gateway = gateway;
            this.path = path;
            for (int client = 0; client < CLIENTS; client++) {
                all.add(ask(client));
            }
        }

        private CompletableFuture<Void> ask(int client) {
            float value = client + 0.5f;
            return gateway.inferLater(path, Requests.echo(value)).thenCompose(answer -> {
                check(value, answer);
                return over.get() ? CompletableFuture.completedFuture(null) : ask(client);
            });
        }

        private void check(float value, Answer answer) {
            if (answer.status() != 200) {
                faults.add(answer.toString());
                return;
            }
            JsonArray data = answer.data();
            if (data.size() != 1 || data.getFloat(0) != value) {
                faults.add("not " + value + ": " + answer);
            }
            newest.accumulateAndGet(Long.parseLong(answer.json().getString("model_version")), Math::max);
            answered.incrementAndGet();
        }

        void awaitNewest(long version) {
            Waiting.until("an answer of version " + version, () -> newest.get() >= version || !faults.isEmpty());
        }

        @Override
        public void close() {
            over.set(true);
            all.forEach(Waiting::await);
            assertEquals(List.of(), List.copyOf(faults));
            assertTrue(answered.get() > CLIENTS, "they have asked: " + answered);
        }
    }

    private static RunningGateway start(Path models, String... settings) {
        List<String> all = new ArrayList<>(List.of("worker.control.poll=100ms", "worker.control.settle=0s"));
        Collections.addAll(all, settings);
        return RunningGateway.start(models, all.toArray(String[]::new));
    }

    private static Repository add(Path folder, int version) {
        return new Repository(folder).with("echo", Integer.toString(version), ECHO);
    }

    private static void remove(Path version) {
        try (Stream<Path> files = Files.walk(version)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("sluice.instance.echo/"))
                .toList();
    }

    private static String states(RunningGateway gateway) {
        StringBuilder states = new StringBuilder();
        for (Object model : gateway.get("/v2/models").json().getJsonArray("models")) {
            var version = (JsonObject) model;
            states.append(version.getString("version"))
                    .append(version.getString("state"))
                    .append(' ');
        }
        return states.toString().strip();
    }

    private static void awaitStates(RunningGateway gateway, String expected) {
        Waiting.until(expected, () -> states(gateway).equals(expected));
    }

    @Test
    void newVersionsTakeOverOneAfterTheOther(@TempDir Path folder) {
        add(folder, 1);
        try (RunningGateway gateway = start(folder, "worker.instances=" + INSTANCES, "worker.warm_up_budget=50ms")) {
            try (Clients clients = new Clients(gateway, "echo")) {
                for (int version = 2; version <= SWAPS; version++) {
                    add(folder, version);
                    clients.awaitNewest(version);
                }
            }
            Waiting.until(
                    "the old ones are out of memory",
                    () -> gateway.metrics().value("sluice_model_state", "state=\"unloaded\"") == SWAPS - 1);
            assertEquals(1, gateway.metrics().value("sluice_model_state", "state=\"ready\""));
            List<String> samples = gateway.metrics().samples().toList();
            assertTrue(samples.stream().anyMatch(sample -> sample.contains("pool_name=")), "Vert.x tells of its pools");
            assertEquals(
                    List.of(),
                    samples.stream()
                            .filter(sample -> sample.contains("sluice.instance") || sample.contains("sluice.batcher"))
                            .toList(),
                    "nothing is counted by a name that is used once");
            Waiting.until("only the last one has threads", () -> threads().size() == INSTANCES);
            assertEquals(
                    0, gateway.metrics().value("sluice_requests_total", "version=\"1\""), "forgotten with its version");
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aVersionWhoseFilesChangeTakesItsOwnPlace(@TempDir Path folder) throws IOException {
        Path file = Files.createDirectories(folder.resolve("echo/1")).resolve("model.onnx");
        Files.copy(ECHO, file);
        try (RunningGateway gateway = start(folder, "worker.warm_up_budget=0s");
                Clients clients = new Clients(gateway, "echo/versions/1")) {
            clients.awaitNewest(1);
            Path yaml = folder.resolve("echo/model.yaml");
            for (int rows = 1; rows <= 5; rows++) {
                Files.writeString(yaml, "max_batch_rows: " + rows);
                String shown = "\"max_batch_size\":" + rows;
                Waiting.until(
                        shown,
                        () -> gateway.get("/v2/models/echo/config").body().contains(shown));
            }
            Files.writeString(file, "no model");
            Waiting.until(
                    "that is said",
                    () -> gateway.get("/v2/models").body().contains("its files have changed and cannot be served"));
            awaitStates(gateway, "1ready");
        }
    }

    @Test
    void whatCannotBeLoadedNeverTakesTrafficAndWhatServedGoesOn(@TempDir Path folder) throws IOException {
        Repository repository = add(folder, 1);
        byte[] whole = Files.readAllBytes(ECHO);
        try (RunningGateway gateway = start(folder)) {
            try (Clients clients = new Clients(gateway, "echo")) {
                repository.broken("echo", "2", "");
                awaitStates(gateway, "2failed 1ready");
                repository.broken("echo", "3", "not a model");
                awaitStates(gateway, "3failed 2failed 1ready");
                Path half = Files.createDirectories(folder.resolve("echo/4")).resolve("model.onnx");
                Files.write(half, Arrays.copyOf(whole, whole.length / 2));
                awaitStates(gateway, "4failed 3failed 2failed 1ready");
                assertEquals(1, clients.newest.get());
                Files.write(half, whole);
                clients.awaitNewest(4);
                awaitStates(gateway, "4ready 3unloaded 2unloaded 1unloaded");
            }
        }
    }

    @Test
    void aVersionThatDoesNotAnswerItsGoldenSamplesNeverTakesTraffic(@TempDir Path folder) throws IOException {
        add(folder, 1);
        String sample = """
                {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 1], "data": [[1.5], [2.5]]}],
                 "outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 1], "data": [1.5, %s]}]}""";
        try (RunningGateway gateway = start(folder)) {
            Path golden = Files.createDirectories(folder.resolve("echo/2/golden"));
            Files.writeString(golden.resolve("two-rows.json"), sample.formatted("2.6"));
            add(folder, 2);
            awaitStates(gateway, "2failed 1ready");
            String reason = gateway.get("/v2/models").body();
            assertTrue(
                    reason.contains("golden/two-rows.json: output y is 2.5 at 1 and should be 2.6 (tolerance 0.001)"),
                    reason);
            Files.writeString(golden.resolve("two-rows.json"), sample.formatted("2.5001"));
            awaitStates(gateway, "2ready 1unloaded");
        }
    }

    @Test
    void whoTakesTheNewestAwayHasTheOneBeforeServe(@TempDir Path folder) {
        add(folder, 1);
        add(folder, 2);
        try (RunningGateway gateway = start(folder)) {
            awaitStates(gateway, "2ready 1unloaded");
            try (Clients clients = new Clients(gateway, "echo")) {
                clients.awaitNewest(2);
                remove(folder.resolve("echo/2"));
                awaitStates(gateway, "1ready");
            }
            remove(folder.resolve("echo"));
            awaitStates(gateway, "");
            assertTrue(gateway.infer("echo", Requests.echo(1)).error(404).contains("echo"));
            add(folder, 7);
            awaitStates(gateway, "7ready");
            assertEquals(200, gateway.infer("echo", Requests.echo(1)).status());
        }
    }

    @Test
    void severalVersionsServeByNumberAndByLabel(@TempDir Path folder) {
        add(folder, 1);
        add(folder, 2);
        add(folder, 3).config("echo", "versions: [1, 3]\nversion_labels: [stable=1, canary=3, next=2]");
        try (RunningGateway gateway = start(folder)) {
            awaitStates(gateway, "3ready 2unloaded 1ready");
            for (String[] asked : new String[][] {
                {"echo", "3"}, {"echo/versions/1", "1"}, {"echo/versions/stable", "1"}, {"echo/versions/canary", "3"}
            }) {
                Answer answer = gateway.infer(asked[0], Requests.echo(1));
                assertEquals(200, answer.status(), answer.body());
                assertEquals(asked[1], answer.json().getString("model_version"), asked[0]);
            }
            assertTrue(gateway.infer("echo/versions/next", Requests.echo(1))
                    .error(503)
                    .contains("unloaded"));
            assertTrue(gateway.infer("echo/versions/best", Requests.echo(1))
                    .error(404)
                    .contains("best"));
        }
    }

    @Test
    void aLabelMovesWhenItsNewVersionIsReady(@TempDir Path folder) throws IOException {
        Repository repository = add(folder, 1);
        repository.config("echo", "versions: [all]\nversion_labels: [stable=1]");
        Path half = Files.createDirectories(folder.resolve("echo/2")).resolve("model.onnx");
        Files.writeString(half, "not a model");
        try (RunningGateway gateway = start(folder);
                Clients clients = new Clients(gateway, "echo/versions/stable")) {
            awaitStates(gateway, "2failed 1ready");
            repository.config("echo", "versions: [all]\nversion_labels: [stable=2, next=1]");
            Waiting.until(
                    "the new label",
                    () -> gateway.get("/v2/models/echo/versions/next/ready").status() == 200);
            clients.awaitNewest(1);
            Files.copy(ECHO, half, StandardCopyOption.REPLACE_EXISTING);
            clients.awaitNewest(2);
        }
    }

    /** The newest is broken from the start: the server begins with the one before. */
    @Test
    void aStartWithABrokenVersionServesTheOneBefore(@TempDir Path folder) {
        add(folder, 1).broken("echo", "2", "no model");
        try (RunningGateway gateway = start(folder, "worker.control.mode=static")) {
            awaitStates(gateway, "2failed 1ready");
            assertEquals(200, gateway.get("/v2/health/ready").status());
            assertEquals("1", gateway.infer("echo", Requests.echo(1)).json().getString("model_version"));
        }
    }

    @Test
    void anExplicitServerBeginsWithWhatIsNamed(@TempDir Path folder) {
        new Repository(folder).with("echo").with("sums");
        try (RunningGateway gateway = start(folder, "worker.control.mode=explicit", "worker.control.load=sums")) {
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            assertTrue(gateway.infer("echo", Requests.echo(1)).error(503).contains("unloaded"));
            assertEquals(200, gateway.get("/v2/health/ready").status());
        }
    }
}
