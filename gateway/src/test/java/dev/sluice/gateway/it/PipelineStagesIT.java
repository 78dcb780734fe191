package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline is what its stages are: it comes and goes with them, and notices nothing when they only change places. */
class PipelineStagesIT {

    private static final int CLIENTS = 8;
    private static final int SWAPS = 10;

    /** A model that takes its time, and one that answers at once, beside each other. */
    private static final String BESIDE = """
            pipeline:
              stages:
                - slow = slow(x=x, steps=steps)
                - total = total(x=three)
              outputs: [y=slow.y, sum=total.total]
            """;

    @TempDir
    private Path folder;

    private static void delete(Path model) throws IOException {
        Files.delete(model.resolve("1/model.onnx"));
        Files.delete(model.resolve("1"));
        Files.delete(model);
    }

    @Test
    void aStageThatLeavesTakesThePipelineAlongAndBringsItBack() throws IOException {
        Repository models = Pipelines.chain(folder);
        delete(folder.resolve("half"));
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String away = "model half is not there, or not in memory";
            assertEquals(503, gateway.get("/v2/models/chain/ready").status());
            assertTrue(Pipelines.reason(gateway, "chain").contains(away), Pipelines.reason(gateway, "chain"));
            models.with("half", "1", Pipelines.HALF);
            Pipelines.awaitReady(gateway, "chain");
            assertEquals(200, gateway.infer("chain", Pipelines.which(1)).status());
            delete(folder.resolve("half"));
            Pipelines.awaitNotReady(gateway, "chain");
            assertTrue(gateway.infer("chain", Pipelines.which(1)).error(503).contains(away));
            assertEquals(200, gateway.get("/v2/models/pick/ready").status());
            models.with("half", "1", Pipelines.HALF);
            Pipelines.awaitReady(gateway, "chain");
            assertEquals(200, gateway.infer("chain", Pipelines.which(1)).status());
        }
    }

    @Test
    void aStageThatChangesWhatItTakesTakesThePipelineAlong() {
        Repository models = Pipelines.chain(folder);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            assertEquals(200, gateway.get("/v2/models/chain/ready").status());
            models.with("half", "2", Places.TEST_MODELS.resolve("sums/1/model.onnx"));
            Pipelines.awaitNotReady(gateway, "chain");
            String reason = Pipelines.reason(gateway, "chain");
            assertTrue(reason.contains("must say which input number is for (half has [IN0 INT32[-1,4]"), reason);
            models.with("half", "3", Pipelines.HALF);
            Pipelines.awaitReady(gateway, "chain");
            assertEquals(200, gateway.infer("chain", Pipelines.which(1)).status());
        }
    }

    @Test
    void noRequestFailsWhileAStageIsSwapped() {
        Repository models = Pipelines.chain(folder);
        ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong answered = new AtomicLong();
        try (RunningGateway gateway = Pipelines.start(folder)) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(ask(gateway, client % 8, over, answered, faults));
            }
            for (int version = 2; version <= SWAPS; version++) {
                String number = Integer.toString(version);
                models.with("half", number, Pipelines.HALF);
                Waiting.until(
                        "version " + number,
                        () -> gateway.metrics().value("sluice_model_state", "model=\"half\"", "state=\"unloaded\"")
                                == Integer.parseInt(number) - 1);
            }
            over.set(true);
            clients.forEach(Waiting::await);
            assertEquals(List.of(), List.copyOf(faults));
            assertTrue(answered.get() > SWAPS, answered + " answers");
            assertEquals(200, gateway.get("/v2/models/chain/ready").status());
            gateway.awaitNothingInFlight();
        }
    }

    private static CompletableFuture<Void> ask(
            RunningGateway gateway,
            int which,
            AtomicBoolean over,
            AtomicLong answered,
            ConcurrentLinkedQueue<String> faults) {
        return gateway.inferLater("chain", Pipelines.which(which)).thenCompose(answer -> {
            double expected = (which * 1.5 / 2 + 2) / 2 + 2;
            if (answer.status() != 200) {
                faults.add(answer.toString());
            } else if (answer.outputs().getJsonObject(1).getJsonArray("data").getDouble(0) != expected) {
                faults.add(answer.body());
            }
            answered.incrementAndGet();
            return over.get() ? CompletableFuture.completedFuture(null) : ask(gateway, which, over, answered, faults);
        });
    }

    @Test
    void aStageThatIsAsleepIsWoken() {
        Pipelines.chain(folder).config("half", "idle_after: 100ms\n");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            for (int i = 0; i < 2; i++) {
                Waiting.until(
                        "half is asleep",
                        () -> Pipelines.reason(gateway, "half").startsWith("asleep: "));
                assertEquals(200, gateway.get("/v2/models/chain/ready").status());
                assertEquals(200, gateway.infer("chain", Pipelines.which(1)).status());
            }
            gateway.awaitNothingInFlight();
        }
    }

    private Repository beside() {
        return new Repository(folder)
                .with("slow")
                .with("total", "1", Places.ROOT.resolve("gateway/src/test/resources/compat/models/total/1/model.onnx"))
                .empty("beside", "1")
                .config("beside", BESIDE);
    }

    private static String beside(int steps, String parameters) {
        return Requests.slow(steps, 7, parameters)
                .replace("\"inputs\":[", "\"inputs\":[" + Requests.tensor("three", "FP32", "[3]", "[1,2,3]") + ",");
    }

    @Test
    void theDeadlineIsShared() {
        beside();
        try (RunningGateway gateway = Pipelines.start(folder, "worker.instances=1", "worker.give_up_after=50ms")) {
            Answer both = gateway.infer("beside", beside(1, ""));
            assertEquals(
                    "[6.0]",
                    both.outputs().getJsonObject(1).getJsonArray("data").encode());
            assertEquals(
                    504,
                    gateway.infer("beside", beside(Integer.MAX_VALUE, "\"timeout\":2000000"))
                            .status());
            gateway.awaitNothingInFlight();
            Waiting.until(
                    "its instance has been replaced",
                    () -> gateway.infer("beside", beside(1, "")).status() == 200);
        }
    }

    @Test
    void aStageWhoseCircuitIsOpenIsNamed() {
        beside();
        try (RunningGateway gateway = Pipelines.start(
                folder,
                "worker.instances=1",
                "worker.give_up_after=50ms",
                "worker.breaker.window=2",
                "worker.breaker.min_batches=2",
                "worker.breaker.probes=1",
                "worker.breaker.open_for=1h")) {
            Waiting.until("the circuit of a stage is open", () -> {
                Answer answer = gateway.infer("beside", beside(Integer.MAX_VALUE, "\"timeout\":20000"));
                return answer.body().contains("the circuit of model slow/1 is open");
            });
            assertEquals(200, gateway.get("/v2/models/total/ready").status());
            gateway.awaitNothingInFlight();
        }
    }
}
