package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

    private RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of("admin.port=-1", "worker.profile_cache=none"));
        all.addAll(List.of(settings));
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    private CompletableFuture<Void> ask(RunningGateway gateway, int client) {
        return gateway.inferLater("sums", Requests.sums(client, 1)).thenCompose(answer -> {
            if (answer.status() != 200 || answer.data().getInteger(0) != client + 1) {
                faults.add(answer.toString());
            }
            return over.get() ? CompletableFuture.completedFuture(null) : ask(gateway, client);
        });
    }

    private static String shown(RunningGateway gateway) {
        List<String> shown = new ArrayList<>();
        for (Object group : gateway.get("/v2/models/sums/config").json().getJsonArray("instance_group")) {
            JsonObject each = (JsonObject) group;
            shown.add(each.getString("name") + " " + each.getString("kind") + " " + each.getInteger("count"));
        }
        return String.join(", ", shown);
    }

    private static JsonArray groups(RunningGateway gateway) {
        return gateway.get("/v2/models/sums/batching").json().getJsonArray("groups");
    }

    @Test
    void eachGroupHasItsSessionIsMeasuredThereAndChangesItsNumberWhileClientsAsk() {
        new Repository(root).with("sums", "1", SUMS).config("sums", TWO);
        try (RunningGateway gateway = start()) {
            assertEquals("sums_0 KIND_CPU 1, sums_1 KIND_CPU 2", shown(gateway));
            for (Object group : groups(gateway)) {
                assertTrue(((JsonObject) group).getJsonArray("profile").size() > 0, group.toString());
            }
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(ask(gateway, client));
            }
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
            Answer unknown = gateway.admin("PUT", INSTANCES, "{\"instances\":3,\"group\":\"cuda:0\"}");
            assertTrue(unknown.error(400).contains("it has none of that name (got cuda:0; it has cpu, cpu.2)"));
            over.set(true);
            clients.forEach(Waiting::await);
            assertEquals(List.of(), List.copyOf(faults));
            gateway.awaitNothingInFlight();
        }
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
