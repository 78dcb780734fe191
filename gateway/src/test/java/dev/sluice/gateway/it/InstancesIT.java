package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The number of a model's instances is changed while clients ask it, and no client ever notices. */
class InstancesIT {

    private static final Path SUMS = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String INSTANCES = "/admin/v1/models/sums/instances";
    private static final int CLIENTS = 4;

    @TempDir
    private Path root;

    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

    private RunningGateway start() {
        return RunningGateway.start(
                root,
                "admin.port=-1",
                "worker.warm_up_budget=0s",
                "worker.instances=2",
                "worker.control.poll=100ms",
                "worker.control.settle=0s");
    }

    private CompletableFuture<Void> ask(RunningGateway gateway, int client) {
        return gateway.inferLater("sums", Requests.sums(client, 1)).thenCompose(answer -> {
            if (answer.status() != 200 || answer.data().getInteger(0) != client + 1) {
                faults.add(answer.toString());
            }
            return over.get() ? CompletableFuture.completedFuture(null) : ask(gateway, client);
        });
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("sluice.instance.sums/"))
                .count();
    }

    private static int count(RunningGateway gateway) {
        return gateway.get("/v2/models/sums/config")
                .json()
                .getJsonArray("instance_group")
                .getJsonObject(0)
                .getInteger("count");
    }

    private static void awaitCount(RunningGateway gateway, int count) {
        Waiting.until(count + " instances are shown", () -> count(gateway) == count);
        Waiting.until(count + " threads", () -> threads() == count);
    }

    @Test
    void growsAndShrinksUnderLoad() {
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start()) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(ask(gateway, client));
            }
            awaitCount(gateway, 2);
            for (int count : new int[] {5, 1, 3}) {
                Answer answer = gateway.admin("PUT", INSTANCES, "{\"instances\":" + count + "}");
                assertEquals(200, answer.status(), answer.body());
                assertEquals(
                        "each version has " + count + " instances",
                        answer.json().getString("message"));
                assertEquals(count, count(gateway));
                awaitCount(gateway, count);
            }
            assertTrue(gateway.admin("GET", "/admin/v1/models/sums", "").body().contains("\"instances\":3"));
            assertEquals(200, gateway.admin("DELETE", INSTANCES, "").status());
            awaitCount(gateway, 2);
            over.set(true);
            clients.forEach(Waiting::await);
            assertEquals(List.of(), List.copyOf(faults));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aModelYamlThatSaysSoIsEnoughAndNothingIsLoadedAnew() {
        Repository repository = new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start()) {
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            String before = gateway.get("/v2/models/sums/batching").body();
            repository.config("sums", "instances: 3\n");
            awaitCount(gateway, 3);
            String after = gateway.get("/v2/models/sums/batching").body();
            assertEquals(batches(before), batches(after), "the same batcher goes on");
            Answer said = gateway.admin("PUT", INSTANCES, "{\"instances\":1}");
            assertEquals(200, said.status(), said.body());
            repository.config("sums", "instances: 4\n");
            gateway.admin("POST", "/admin/v1/models/sums/load", "");
            awaitCount(gateway, 1); // what operators say holds
        }
    }

    private static String batches(String report) {
        return report.replaceFirst(".*\"batches\":(\\{[^}]*}).*", "$1");
    }

    @Test
    void whatIsNoNumberOfInstancesIsRefused() {
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start()) {
            String tooMany =
                    gateway.admin("PUT", INSTANCES, "{\"instances\":257}").error(400);
            assertTrue(tooMany.contains("0 to 256"), tooMany);
            gateway.admin("PUT", INSTANCES, "{\"instances\":0}").error(400);
            gateway.admin("PUT", INSTANCES, "{}").error(400);
            gateway.admin("PUT", "/admin/v1/models/nobody/instances", "{\"instances\":1}")
                    .error(404);
            assertEquals(2, count(gateway));
        }
    }
}
