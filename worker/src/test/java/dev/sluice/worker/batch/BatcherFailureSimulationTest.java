package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeds in which requests are poisoned and memory runs out: who is to blame fails, nobody else does, and
 * finding it out costs no more runs than it may.
 */
class BatcherFailureSimulationTest {

    private static final int SEEDS = 2000;
    private static final int REQUESTS = 120;
    private static final double[] POISONED = {0, 0.01, 0.1, 0.8};

    /** One play, from a seed to an empty batcher. */
    private static final class Play implements BatchListener, BatchRunner {

        final Random random;
        final int maxRows;
        final int instanceCount;
        final double poisoned;
        final boolean scarce;
        final int roomForRows;
        final EchoEngine echo = new EchoEngine();
        final FakeInstances instances;
        final Batcher batcher;
        final IdentityHashMap<InferenceRequest, Boolean> toBlame = new IdentityHashMap<>();
        final IdentityHashMap<InferenceRequest, InferenceOutcome> outcomes = new IdentityHashMap<>();
        final List<Pending> pending = new ArrayList<>();

        /** How large the batch was that it ran in last. */
        final Map<QueuedRequest, Integer> lastRun = new HashMap<>();

        final Map<QueuedRequest, Integer> firstRun = new HashMap<>();
        final Map<QueuedRequest, Integer> runsAlone = new HashMap<>();
        final Map<Search, Integer> runsOfSeveral = new HashMap<>();
        int ranOut;
        int waited;
        int answered;

        Play(long seed) {
            random = new Random(seed);
            maxRows = 1 + random.nextInt(40);
            instanceCount = 1 + random.nextInt(4);
            poisoned = POISONED[random.nextInt(POISONED.length)];
            scarce = random.nextBoolean();
            roomForRows = scarce ? 1 + random.nextInt(maxRows) : Integer.MAX_VALUE;
            instances = new FakeInstances(instanceCount, this::engine);
            BatcherOptions options = new BatcherOptions(new GreedyPolicy(maxRows), REQUESTS, this);
            batcher = new Batcher(Requests.MODEL, options, this, new FakeTicker(), nanos -> {});
        }

        private BatchResult engine(Batch batch) {
            if (batch.rows() > roomForRows) {
                ranOut += batch.size() > 1 ? 1 : 0;
                return new BatchResult.Failed(EchoEngine.FAILURE, true);
            }
            return echo.apply(batch);
        }

        @Override
        public int idleInstances() {
            return instances.idleInstances();
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> done) {
            for (QueuedRequest member : batch.members()) {
                firstRun.putIfAbsent(member, batch.size());
                Integer before = lastRun.put(member, batch.size());
                assertTrue(before == null || before > batch.size(), "it runs again in no smaller batch");
                if (batch.size() == 1) {
                    runsAlone.merge(member, 1, Integer::sum);
                }
            }
            Search search = batch.members().getFirst().search;
            if (search != null && batch.size() > 1) {
                runsOfSeveral.merge(search, 1, Integer::sum);
            }
            instances.run(batch, done);
        }

        @Override
        public void waited(ModelId model, long queueNanos) {
            waited++;
        }

        @Override
        public void answered(ModelId model, AnsweredBatch batch) {
            answered += batch.requests();
        }

        void arrive(int id) {
            long[] rows = new long[random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1];
            Arrays.fill(rows, id);
            InferenceRequest request = Requests.ofIds(rows);
            boolean isPoisoned = random.nextDouble() < poisoned;
            if (isPoisoned) {
                echo.poison(id);
            }
            toBlame.put(request, isPoisoned || rows.length > roomForRows);
            pending.add(
                    batcher.enqueue(request, outcome -> assertNull(outcomes.put(request, outcome), "completed twice")));
        }

        Play toTheEnd() {
            for (int id = 0; id < REQUESTS; id++) {
                arrive(id);
                if (random.nextInt(6) == 0) {
                    batcher.dispatch();
                }
                if (random.nextInt(30) == 0) {
                    pending.get(random.nextInt(pending.size())).cancel();
                }
                if (random.nextInt(10) == 0 && instances.running() > 0) {
                    instances.finish(random.nextInt(instances.running()));
                }
            }
            batcher.dispatch();
            instances.finishAll();
            check();
            return this;
        }

        private void check() {
            assertEquals(REQUESTS, outcomes.size(), "requests with an outcome");
            int answers = 0;
            for (Map.Entry<InferenceRequest, InferenceOutcome> entry : outcomes.entrySet()) {
                boolean blamed = Boolean.TRUE.equals(toBlame.get(entry.getKey()));
                switch (entry.getValue()) {
                    case InferenceError.Cancelled gone -> {}
                    case InferenceResponse response -> {
                        answers++;
                        assertTrue(!blamed, "answered though it cannot be");
                        assertEquals(
                                Tensors.text(entry.getKey().inputs().getFirst()),
                                Tensors.text(response.outputs().getFirst()));
                    }
                    case InferenceError error -> assertTrue(blamed, "failed for others: " + error);
                }
            }
            assertEquals(answers, answered, "each answer counts once");
            assertEquals(firstRun.size(), waited, "each who runs has waited once, however often it runs");
            runsAlone.forEach((member, runs) -> assertEquals(1, runs, "runs alone more than once"));
            checkCost();
        }

        private void checkCost() {
            Map<Search, Integer> members = new HashMap<>();
            firstRun.forEach((member, size) -> {
                if (member.search != null) {
                    members.put(member.search, size);
                }
            });
            runsOfSeveral.forEach((search, runs) -> {
                int size = members.getOrDefault(search, 0);
                int most = scarce ? size - 2 : 2 * ((int) Math.ceil(Math.log(size) / Math.log(2)) - 1);
                assertTrue(runs <= most, runs + " runs to find who made a batch of " + size + " fail");
            });
            int halvings = Integer.SIZE - Integer.numberOfLeadingZeros(maxRows);
            assertTrue(ranOut <= halvings * instanceCount, "memory ran out " + ranOut + " times");
        }
    }

    @Test
    void whoIsToBlameFailsAlone() {
        int failed = 0;
        int searches = 0;
        int ranOut = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = new Play(seed).toTheEnd();
                failed += (int) play.outcomes.values().stream()
                        .filter(EchoEngine.FAILURE::equals)
                        .count();
                searches += play.runsOfSeveral.size();
                ranOut += play.ranOut;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        assertTrue(failed > SEEDS && searches > SEEDS && ranOut > SEEDS / 2, failed + " " + searches + " " + ranOut);
    }
}
