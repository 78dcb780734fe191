package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.worker.batch.RaggedAxes.Padding;
import dev.sluice.worker.batch.RaggedAxes.Trim;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Requests of random rows and lengths in virtual time: split, padded, trimmed and joined, and nothing is lost. */
class ShapesSimulationTest {

    private static final int SEEDS = 1500;
    private static final int STEPS = 80;
    private static final long POISON_EVERY = 97;
    private static final RaggedAxes RAGGED = new RaggedAxes(
            Map.of("x", new Padding(List.of(1), List.of("length"), new byte[Long.BYTES])),
            Map.of("y", List.of(new Trim(1, "x", 1))));

    /** One play, from a seed to an empty batcher. */
    private static final class Play {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final FakeInstances instances;
        final Batcher batcher;
        final LargeRequests requests;
        final int maxRows;
        final BatchGather gather;
        final Map<InferenceRequest, InferenceOutcome> outcomes = new LinkedHashMap<>();
        final List<Pending> pending = new ArrayList<>();
        int enqueued;
        long nextId = 1;

        /** Of batches of several, whose members are padded. */
        long elements;

        long paddedElements;

        Play(long seed, int maxQueue) {
            random = new Random(seed);
            maxRows = 1 + random.nextInt(8);
            gather = new BatchGather(maxRows, 1 << 16, RAGGED);
            instances = new FakeInstances(1 + random.nextInt(3), this::echo);
            BatcherOptions options = new BatcherOptions(
                    new GreedyPolicy(maxRows),
                    maxQueue,
                    List.of(),
                    BatchListener.NONE,
                    false,
                    new ShapeOptions(maxRows, RAGGED),
                    BatchGate.OPEN);
            batcher = new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
            requests = new LargeRequests(batcher, maxRows, request -> fail("cannot be joined: " + request));
        }

        private BatchResult echo(Batch batch) {
            assertTrue(batch.rows() <= maxRows, "a batch is too large");
            Tensor joined = Tensors.copyOf(gather.gather(batch).getFirst());
            assertEquals(batch.rows(), joined.rows());
            paddedElements += joined.shape().elementCount();
            for (InferenceRequest member : batch.requests()) {
                elements += member.inputs().getFirst().shape().elementCount();
            }
            for (int at = 0; at < joined.byteCount(); at += Long.BYTES) {
                long id = joined.data().getLong(at);
                if (id > 0 && id % POISON_EVERY == 0) {
                    return new BatchResult.Failed(new InferenceError.EngineFailure("poisoned"));
                }
            }
            return new BatchResult.Ran(
                    List.of(new Tensor("y", joined.dataType(), joined.shape(), joined.data())), 1, 1);
        }

        void step() {
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> enqueue(random.nextInt(3 * maxRows + 1), 1 + random.nextInt(30), 400);
                case 3 -> ticker.advance(random.nextInt(40));
                case 4 -> {
                    if (!pending.isEmpty() && random.nextInt(4) == 0) {
                        pending.get(random.nextInt(pending.size())).cancel();
                    }
                }
                default -> {
                    if (instances.running() > 0) {
                        instances.finish(random.nextInt(instances.running()));
                    }
                }
            }
        }

        void enqueue(int rows, int length, int mostNanos) {
            Deadline deadline = new Deadline(ticker.nanos() + random.nextInt(mostNanos));
            long[] ids = LongStream.range(nextId, nextId + rows).toArray();
            nextId += rows;
            enqueued++;
            InferenceRequest request = Requests.of(deadline, length, List.of("y"), ids);
            pending.add(requests.enqueue(
                    request, outcome -> assertEquals(null, outcomes.put(request, outcome), "completed twice")));
            batcher.dispatch();
        }
    }

    private static void check(InferenceRequest request, InferenceOutcome outcome) {
        Tensor input = request.inputs().getFirst();
        if (outcome instanceof InferenceResponse response) {
            Tensor output = response.outputs().getFirst();
            assertEquals(input.shape(), output.shape(), "rows out = rows in, and each its own length");
            assertEquals(Tensors.text(input), Tensors.text(output), "rows of another request");
        } else if (outcome instanceof InferenceError.EngineFailure) {
            boolean poisoned = false;
            for (int at = 0; at < input.byteCount(); at += Long.BYTES) {
                poisoned |= input.data().getLong(at) % POISON_EVERY == 0;
            }
            assertTrue(poisoned, "a request failed that was not to blame");
        }
    }

    @Test
    void whateverItsShapeEachRequestGetsItsOwnAnswerOnce() {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            Play play = new Play(seed, 1 + (int) (seed % 20));
            try {
                for (int step = 0; step < STEPS; step++) {
                    play.step();
                }
                play.instances.finishAll();
                assertEquals(play.enqueued, play.outcomes.size(), "completed requests");
                play.outcomes.forEach(ShapesSimulationTest::check);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
            play.outcomes.forEach((request, outcome) -> {
                String size = request.rows() > play.maxRows ? "large " : "small ";
                kinds.merge(size + outcome.getClass().getSimpleName(), 1, Integer::sum);
            });
        }
        for (String kind :
                List.of("InferenceResponse", "EngineFailure", "DeadlineExceeded", "Overloaded", "Cancelled")) {
            assertTrue(kinds.getOrDefault("large " + kind, 0) > 100, "the simulation hardly ever saw it: " + kinds);
            assertTrue(kinds.getOrDefault("small " + kind, 0) > 100, "the simulation hardly ever saw it: " + kinds);
        }
    }

    /** Every tenth request is as long as ten others; hundreds wait at a time. */
    @Test
    void alternatingLengthsShareBatchesAndPaddingIsBounded() {
        for (long seed = 1; seed <= 20; seed++) {
            Play play = new Play(seed, 1000);
            for (int i = 0; i < 3 * LengthBuckets.LEARN_EVERY; i++) {
                int length = (i % 10 == 0 ? 100 : 10) + play.random.nextInt(20);
                play.enqueue(1, length, Integer.MAX_VALUE);
                if (i % 200 == 199) {
                    play.instances.finishAll();
                }
                if (i == 2 * LengthBuckets.LEARN_EVERY) {
                    play.elements = 0;
                    play.paddedElements = 0;
                }
            }
            int before = play.instances.started().size();
            play.instances.finishAll();
            int batches = play.instances.started().size() - before;
            assertTrue(batches > 0);
            double waste = 1 - (double) play.elements / play.paddedElements;
            assertTrue(waste <= BatchKinds.MOST_WASTE, "with seed " + seed + " padding is " + waste);
            double fewest = (double) play.enqueued / play.maxRows;
            assertTrue(
                    play.instances.started().size() < 1.3 * fewest + 100,
                    "with seed " + seed + ": " + play.instances.started().size() + " batches where " + fewest
                            + " would do");
        }
    }
}
