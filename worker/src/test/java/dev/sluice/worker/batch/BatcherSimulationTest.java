package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random arrivals, failures and deadlines in virtual time: whatever goes in comes out once, with its own rows. */
class BatcherSimulationTest {

    private static final int SEEDS = 3000;
    private static final int STEPS = 120;
    private static final long POISON_EVERY = 13;

    /** One play, from a seed to an empty batcher. */
    private static final class Play {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final FakeInstances instances;
        final Batcher batcher;
        final int maxRows;
        final Map<InferenceRequest, InferenceOutcome> outcomes = new HashMap<>();
        final EchoEngine echo = new EchoEngine();
        int enqueued;
        long nextId;

        Play(long seed) {
            random = new Random(seed);
            maxRows = 1 + random.nextInt(12);
            instances = new FakeInstances(1 + random.nextInt(3), this::runChecked);
            int maxQueue = 1 + random.nextInt(20);
            batcher = new Batcher(
                    Requests.MODEL,
                    new BatcherOptions(new GreedyPolicy(maxRows), maxQueue, BatchListener.NONE),
                    instances,
                    ticker,
                    nanos -> {});
        }

        private BatchResult runChecked(Batch batch) {
            assertTrue(batch.size() == 1 || batch.rows() <= maxRows, "a batch of several is too large");
            assertEquals(
                    batch.rows(),
                    batch.requests().stream().mapToInt(InferenceRequest::rows).sum());
            for (QueuedRequest member : batch.members()) {
                assertTrue(member.batchesWith(batch.members().getFirst()), "a batch of different kinds");
            }
            return echo.apply(batch);
        }

        void step() {
            switch (random.nextInt(5)) {
                case 0, 1, 2 -> enqueue();
                case 3 -> ticker.advance(random.nextInt(40));
                default -> {
                    if (instances.running() > 0) {
                        instances.finish(random.nextInt(instances.running()));
                    }
                }
            }
        }

        private void enqueue() {
            int rows = random.nextInt(5);
            long first = nextId;
            nextId += rows;
            LongStream.range(first, nextId).filter(id -> id % POISON_EVERY == 0).forEach(echo::poison);
            Deadline deadline = new Deadline(ticker.nanos() + random.nextInt(200) - 2);
            List<String> outputs = random.nextInt(4) == 0 ? List.of("y", "z") : List.of("y");
            InferenceRequest request = new InferenceRequest(
                    Requests.MODEL,
                    "r" + enqueued++,
                    Requests.of(
                                    deadline,
                                    1 + random.nextInt(2),
                                    outputs,
                                    LongStream.range(first, nextId).toArray())
                            .inputs(),
                    outputs,
                    rows,
                    deadline);
            batcher.enqueue(request, outcome -> assertEquals(null, outcomes.put(request, outcome), "completed twice"));
            batcher.dispatch();
        }

        void finish() {
            if (random.nextInt(4) == 0) {
                batcher.refuseAll(new InferenceError.Draining());
            }
            instances.finishAll();
        }
    }

    private static void check(InferenceRequest request, InferenceOutcome outcome) {
        switch (outcome) {
            case InferenceResponse response -> {
                assertEquals(
                        request.outputs(),
                        response.outputs().stream().map(Tensor::name).toList());
                for (Tensor output : response.outputs()) {
                    assertEquals(
                            Tensors.text(request.inputs().getFirst()), Tensors.text(output), "rows of another request");
                    assertEquals(request.inputs().getFirst().shape(), output.shape());
                }
            }
            case InferenceError.EngineFailure failure -> {
                boolean poisoned = false;
                Tensor input = request.inputs().getFirst();
                for (int at = 0; at < input.byteCount(); at += Long.BYTES) {
                    poisoned |= input.data().getLong(at) % POISON_EVERY == 0;
                }
                assertTrue(poisoned, "a request failed that was not to blame");
            }
            case InferenceError error ->
                assertTrue(
                        error instanceof InferenceError.Overloaded
                                || error instanceof InferenceError.DeadlineExceeded
                                || error instanceof InferenceError.Draining,
                        "unexpected: " + error);
        }
    }

    @Test
    void whateverGoesInComesOutOnceWithItsOwnRows() {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = new Play(seed);
                for (int step = 0; step < STEPS; step++) {
                    play.step();
                }
                play.finish();
                assertEquals(play.enqueued, play.outcomes.size(), "completed requests");
                assertEquals(0, play.instances.running());
                play.outcomes.forEach(BatcherSimulationTest::check);
                play.outcomes
                        .values()
                        .forEach(outcome -> kinds.merge(outcome.getClass().getSimpleName(), 1, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        for (String kind :
                List.of("InferenceResponse", "EngineFailure", "Overloaded", "DeadlineExceeded", "Draining")) {
            assertTrue(kinds.getOrDefault(kind, 0) > 400, "the simulation hardly ever saw " + kind + ": " + kinds);
        }
    }
}
