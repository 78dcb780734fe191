package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that say in their model.yaml which batches are worth waiting for, and how long. */
class FixedDelayIT {

    private static final Path CROWDED =
            Places.ROOT.resolve("worker/src/test/resources/dev/sluice/worker/engine/crowded.onnx");

    @TempDir
    Path models = Path.of(".");

    private RunningGateway start() {
        return RunningGateway.start(models, "worker.instances=1");
    }

    /** As many as are preferred, all under way before the first answer is looked at. */
    private static List<CompletableFuture<Answer>> eight(RunningGateway gateway, String model) {
        return IntStream.range(0, 8)
                .mapToObj(i -> gateway.inferLater(
                        model, Requests.inputs(Requests.tensor("x", "FP32", "[1,1]", "[" + i + "]"))))
                .toList();
    }

    private static double batches(RunningGateway gateway, String model) {
        return gateway.metrics().value("sluice_batch_rows_count", "model=\"" + model + "\"");
    }

    @Test
    void aBatchLeavesWhenAPreferredSizeIsThereAndNotBefore() {
        new Repository(models)
                .with("echo")
                .config("echo", "preferred_batch_sizes: [8]\nmax_queue_delay: 1h\npreserve_ordering: true\n");
        try (RunningGateway gateway = start()) {
            List<CompletableFuture<Answer>> answers = eight(gateway, "echo");
            for (int i = 0; i < 8; i++) {
                assertEquals((float) i, Waiting.await(answers.get(i)).data().getFloat(0));
            }
            assertEquals(1, batches(gateway, "echo"));
            assertEquals(
                    new JsonObject("""
                            {"preferred_batch_size":[8],"max_queue_delay_microseconds":3600000000,
                             "preserve_ordering":true}"""),
                    new JsonObject(gateway.get("/v2/models/echo/config").body()).getJsonObject("dynamic_batching"));
        }
    }

    /** One request that nobody joins, within half of its time, for nothing is known of the model. */
    @Test
    void nobodyMissesItsDeadlineForTheSakeOfCompany() {
        new Repository(models).with("echo").config("echo", "preferred_batch_sizes: [8]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway =
                RunningGateway.start(models, "worker.warm_up_budget=0s", "admission.request_timeout=6s")) {
            assertEquals(200, gateway.infer("echo", Requests.echo(1)).status());
        }
    }

    @Test
    void whatIsThereLeavesWhenTheDelayIsOver() {
        new Repository(models).with("echo").config("echo", "preferred_batch_sizes: [9]\nmax_queue_delay: 20ms\n");
        try (RunningGateway gateway = start()) {
            eight(gateway, "echo")
                    .forEach(answer -> assertEquals(200, Waiting.await(answer).status()));
        }
    }

    /** Two rows fit: 8 fail, 4 fail, and then all others run two by two. */
    @Test
    void aBatchThatThereIsTooLittleMemoryForRunsInHalves() {
        new Repository(models)
                .with("crowded", "1", CROWDED)
                .config("crowded", "preferred_batch_sizes: [8]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = start()) {
            List<CompletableFuture<Answer>> answers = eight(gateway, "crowded");
            for (int i = 0; i < 8; i++) {
                assertEquals((float) i, Waiting.await(answers.get(i)).data().getFloat(0));
            }
            assertEquals(6, batches(gateway, "crowded"));
        }
    }

    @Test
    void aSizeThatNoBatchCanHaveIsSaidToBeWrong() {
        new Repository(models)
                .with("echo")
                .config("echo", "preferred_batch_sizes: [4, 8]\nmax_batch_rows: 6\n")
                .with("sums")
                .config("sums", "preferred_batch_sizes: [4, many]\n")
                .with("slow")
                .config("slow", "max_queue_delay: 5ms\nslo: 20ms\n");
        try (RunningGateway gateway = start()) {
            String all = gateway.get("/v2/models").body();
            assertTrue(all.contains("preferred_batch_sizes: 8 is more rows than one of its batches has (6)"), all);
            assertTrue(all.contains("model.yaml:1: preferred_batch_sizes: is no number of rows"), all);
            assertTrue(all.contains("slo: has no effect beside"), all);
        }
    }
}
