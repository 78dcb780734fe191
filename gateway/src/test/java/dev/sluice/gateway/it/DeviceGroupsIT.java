package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One model on several devices: here sessions of their own with other threads, since there is one CPU and no GPU. */
class DeviceGroupsIT {

    private static final Path SUMS = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String INSTANCES = "/admin/v1/models/sums/instances";
    private static final String TWO = """
            instances:
              - {count: 1, device: cpu}
              - {count: 2, device: cpu, intra_op_threads: 2}
            """;
    private static final int CLIENTS = 8;

    @TempDir
    private Path root;

    private RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of("admin.port=-1", "worker.profile_cache=none"));
        all.addAll(List.of(settings));
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    /** Clients that ask the same model one after the other until they are told to stop. */
    private static final class Clients implements AutoCloseable {

        private final RunningGateway gateway;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicLong newest = new AtomicLong();
        private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        private final List<CompletableFuture<Void>> all = new ArrayList<>();

        Clients(RunningGateway gateway) {
            this.gateway = gateway;
            for (int client = 0; client < CLIENTS; client++) {
                all.add(ask(client));
            }
        }

        private CompletableFuture<Void> ask(int client) {
            return gateway.inferLater("sums", Requests.sums(client, 1)).thenCompose(answer -> {
                if (answer.status() != 200 || answer.data().getInteger(0) != client + 1) {
                    faults.add(answer.toString());
                } else {
                    newest.accumulateAndGet(Long.parseLong(answer.json().getString("model_version")), Math::max);
                }
                return over.get() ? CompletableFuture.completedFuture(null) : ask(client);
            });
        }

        void awaitAnswersOf(long version) {
            Waiting.until("an answer of version " + version, () -> newest.get() >= version || !faults.isEmpty());
        }

        void haveSeenNoFault() {
            close();
            assertEquals(List.of(), List.copyOf(faults));
            gateway.awaitNothingInFlight();
        }

        /** Also when the test has failed, which they would hide otherwise by faults of their own. */
        @Override
        public void close() {
            over.set(true);
            all.forEach(Waiting::await);
        }
    }

    private static String shown(RunningGateway gateway) {
        List<String> shown = new ArrayList<>();
        for (Object group : gateway.get("/v2/models/sums/config").json().getJsonArray("instance_group")) {
            JsonObject each = (JsonObject) group;
            shown.add(each.getString("name") + " " + each.getString("kind") + " " + each.getInteger("count"));
        }
        return String.join(", ", shown);
    }

    private static List<JsonObject> groups(RunningGateway gateway, String model) {
        return gateway.get("/v2/models/" + model + "/batching").json().getJsonArray("groups").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private static void mustBeMeasured(RunningGateway gateway) {
        for (JsonObject group : groups(gateway, "sums")) {
            assertTrue(group.getJsonArray("profile").size() > 0, group.toString());
        }
    }

    private static int running(RunningGateway gateway, String model) {
        return groups(gateway, model).stream()
                .mapToInt(group -> group.getJsonArray("running").size())
                .sum();
    }

    @Test
    void eachGroupHasItsSessionIsMeasuredThereAndChangesItsNumberWhileClientsAsk() {
        new Repository(root).with("sums", "1", SUMS).config("sums", TWO);
        try (RunningGateway gateway = start();
                Clients clients = new Clients(gateway)) {
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            mustBeMeasured(gateway);
            Answer grown = gateway.admin("PUT", INSTANCES, "{\"instances\":3,\"group\":\"cpu.2\"}");
            assertEquals(200, grown.status(), grown.body());
            assertEquals("each version has 3 instances on cpu.2", grown.json().getString("message"));
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 3", shown(gateway));
            assertEquals(3, gateway.metrics().value("sluice_instances", "model=\"sums\"", "group=\"cpu.2\""));
            String model = gateway.admin("GET", "/admin/v1/models/sums", "").body();
            assertTrue(model.contains("\"groups\":{\"cpu.2\":3}"), model);
            assertTrue(model.contains("{\"name\":\"cpu.2\",\"device\":\"cpu\",\"instances\":3}"), model);
            assertEquals(
                    200, gateway.admin("DELETE", INSTANCES + "?group=cpu.2", "").status());
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            clients.haveSeenNoFault();
        }
    }

    @Test
    void aGroupThatIsNotThereIsRefusedAndSoIsOneWithoutAName() {
        new Repository(root).with("sums", "1", SUMS).config("sums", TWO);
        try (RunningGateway gateway = start("worker.warm_up_budget=0s")) {
            Answer unknown = gateway.admin("PUT", INSTANCES, "{\"instances\":3,\"group\":\"cuda:0\"}");
            assertTrue(unknown.error(400).contains("it has none of that name (got cuda:0; it has cpu, cpu.2)"));
            Answer empty = gateway.admin("PUT", INSTANCES, "{\"instances\":3,\"group\":\"\"}");
            assertTrue(empty.error(400).contains("group: empty"), empty.body());
            assertTrue(gateway.admin("DELETE", INSTANCES + "?group=", "")
                    .error(400)
                    .contains("group: empty"));
            assertTrue(gateway.admin("DELETE", INSTANCES + "?group=cpu&group=cpu.2", "")
                    .error(400)
                    .contains("group: is given more than once"));
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
        }
    }

    @Test
    void theNextVersionTakesOverWhileClientsAskAndHasTheSameGroups() {
        Repository models = new Repository(root).with("sums", "1", SUMS).config("sums", TWO);
        try (RunningGateway gateway = start("worker.control.poll=100ms", "worker.control.settle=0s");
                Clients clients = new Clients(gateway)) {
            clients.awaitAnswersOf(1);
            models.with("sums", "2", SUMS);
            clients.awaitAnswersOf(2);
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            mustBeMeasured(gateway);
            clients.haveSeenNoFault();
        }
    }

    @Test
    void filesThatCannotBeLoadedLeaveEachGroupAsItIs() {
        Repository models = new Repository(root).with("sums", "1", SUMS).config("sums", "instances: 3\n");
        try (RunningGateway gateway = start("worker.instances=1", "worker.control.mode=static")) {
            models.config("sums", "instances: 3\ndevice: cuda:0\n");
            String refused =
                    gateway.admin("POST", "/admin/v1/models/sums/load", "").body();
            assertTrue(refused.contains("no execution provider cuda"), refused);
            gateway.admin("POST", "/admin/v1/models/sums/load", ""); // after which numbers are looked at once more
            assertEquals("sums_0 KIND_CPU 3", shown(gateway));
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        }
    }

    @Test
    void whoIsWokenHasAllItsGroupsAndWhatWasMeasuredOfThem() {
        new Repository(root).with("sums", "1", SUMS).config("sums", TWO);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms", "worker.control.poll=100ms")) {
            Waiting.until(
                    "it is asleep",
                    () -> gateway.admin("GET", "/admin/v1/models/sums", "")
                            .body()
                            .contains("\"state\":\"asleep\""));
            assertEquals(3, gateway.infer("sums", Requests.sums(1, 2)).data().getInteger(0));
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            assertEquals(1, gateway.metrics().value("sluice_model_wake_seconds_count", "model=\"sums\""));
        }
    }

    @Test
    void whileOneHangsTheOtherServes() {
        new Repository(root).with("slow").config("slow", "instances: [count=1, count=1 intra_op_threads=2]\n");
        try (RunningGateway gateway = start("admission.drain_timeout=100ms")) {
            CompletableFuture<Answer> hangs =
                    gateway.inferLater("slow", Requests.slow(Integer.MAX_VALUE, 7, "\"timeout\":60000000"));
            Waiting.until("one of them runs it", () -> running(gateway, "slow") == 1);
            assertEquals(8f, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
            assertFalse(hangs.isDone());
            assertEquals(1, gateway.metrics().value("sluice_model_state", "model=\"slow\"", "state=\"ready\""));
        }
    }

    @Test
    void allThatRunsInAnyGroupIsAnsweredBeforeTheServerEnds() {
        new Repository(root).with("slow").config("slow", "instances: [count=1, count=1 intra_op_threads=2]\n");
        RunningGateway gateway = start("admission.drain_timeout=50s");
        List<CompletableFuture<Answer>> sent = IntStream.range(0, CLIENTS)
                .mapToObj(i -> gateway.inferLater("slow", Requests.slow(1_000, i)))
                .toList();
        Waiting.until("all let in", () -> letIn(gateway.metrics()) >= CLIENTS);
        Future<Void> stopped = gateway.stop();
        for (int i = 0; i < CLIENTS; i++) {
            assertEquals((float) i, Waiting.await(sent.get(i)).data().getFloat(0));
        }
        Waiting.await(stopped);
    }

    /** Those that are in flight and those that have been answered already. */
    private static double letIn(MetricsPage page) {
        return page.value("sluice_in_flight_requests") + page.value("sluice_requests_total", "model=\"slow\"");
    }

    @Test
    void aGroupWhoseDeviceIsNotThereFailsTheVersionAndIsNamedUnlessTheCpuMayStandIn() {
        new Repository(root)
                .with("strict", "1", SUMS)
                .config("strict", "instances: [count=1, count=1 device=cuda:1]\n")
                .with("sums", "1", SUMS)
                .config("sums", "instances: [count=1, count=2 device=cuda:1 cpu_fallback=true]\n");
        try (RunningGateway gateway = start()) {
            String refused = gateway.infer("strict", Requests.sums(1, 2)).error(503);
            assertTrue(refused.contains("its instances on cuda:1: "), refused);
            assertTrue(refused.contains("has no execution provider cuda; it has cpu"), refused);
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            String index = gateway.post("/v2/repository/index", "").body();
            assertTrue(index.contains("the CPU runs it in place of cuda on cuda:1"), index);
        }
    }
}
