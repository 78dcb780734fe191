package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A batcher with fixed settings in virtual time: nobody waits longer than the delay, or beside a preferred size. */
class FixedDelaySimulationTest {

    private static final int SEEDS = 2000;
    private static final int REQUESTS = 100;
    private static final long NEVER = Long.MAX_VALUE;

    private static final class Play implements BatchListener, BatchRunner {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final long delay;
        final int maxRows;
        final TreeSet<Integer> preferred = new TreeSet<>();
        final FakeInstances instances;
        final Batcher batcher;
        final List<Long> ends = new ArrayList<>();
        final List<Long> waiting = new ArrayList<>();
        final List<Integer> answers = new ArrayList<>();
        long wakeAt = NEVER;
        int early;
        int late;

        Play(long seed) {
            random = new Random(seed);
            delay = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(200);
            maxRows = 1 + random.nextInt(20);
            for (int i = random.nextInt(3); i > 0; i--) {
                preferred.add(1 + random.nextInt(maxRows));
            }
            instances = new FakeInstances(1 + random.nextInt(3), new EchoEngine());
            FixedDelayPolicy policy = new FixedDelayPolicy(maxRows, List.copyOf(preferred), delay);
            if (preferred.isEmpty()) {
                preferred.add(maxRows);
            }
            BatcherOptions options = new BatcherOptions(
                    policy, REQUESTS, List.of(), this, true, ShapeOptions.AS_THEY_COME, BatchGate.OPEN);
            batcher = new Batcher(Requests.MODEL, options, this, ticker, nanos -> wakeAt = nanos);
        }

        @Override
        public int idleInstances() {
            return instances.idleInstances();
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> done) {
            boolean overdue = ticker.nanos() - waiting.getFirst() >= delay;
            boolean isPreferred = preferred.contains(batch.rows());
            assertTrue(overdue || isPreferred, batch.rows() + " rows leave before their time");
            early += overdue ? 0 : 1;
            late += isPreferred ? 0 : 1;
            waiting.subList(0, batch.size()).clear();
            ends.add(ticker.nanos() + 1 + random.nextInt(100));
            instances.run(batch, done);
        }

        @Override
        public void queued(ModelId model, int priority, int requests) {
            assertEquals(waiting.size(), requests);
        }

        private void step(long arrival, int id) {
            long end = ends.stream().min(Long::compare).orElse(NEVER);
            long next = Math.min(Math.min(arrival, end), wakeAt);
            ticker.advance(Math.max(0, next - ticker.nanos()));
            if (next == end) {
                int index = ends.indexOf(end);
                ends.remove(index);
                instances.finish(index);
            } else if (next == wakeAt) {
                wakeAt = NEVER;
                batcher.wake();
            } else {
                waiting.add(ticker.nanos());
                batcher.enqueue(Requests.ofIds(id), outcome -> answers.add(id));
                batcher.dispatch();
            }
            if (instances.idleInstances() > 0 && !waiting.isEmpty()) {
                assertTrue(ticker.nanos() - waiting.getFirst() < delay, "somebody waits longer than the delay");
                assertTrue(waiting.size() < preferred.getFirst(), "a preferred size waits");
                assertTrue(wakeAt <= waiting.getFirst() + delay, "nobody would wake when the delay is over");
            }
        }

        Play toTheEnd() {
            int gap = 1 + random.nextInt(40);
            for (int id = 0; id < REQUESTS; id++) {
                long arrival = ticker.nanos() + random.nextInt(gap);
                int before = waiting.size() + answersAndRunning();
                while (waiting.size() + answersAndRunning() == before) {
                    step(arrival, id);
                }
            }
            while (answers.size() < REQUESTS) {
                step(NEVER, REQUESTS);
            }
            List<Integer> sorted = new ArrayList<>(answers);
            Collections.sort(sorted);
            assertEquals(sorted, answers, "answers leave in the order of coming");
            return this;
        }

        /** How many have left the queue. */
        private int answersAndRunning() {
            return instances.started().stream().mapToInt(Batch::size).sum();
        }
    }

    @Test
    void nobodyWaitsLongerThanTheDelayNorBesideAPreferredSize() {
        int early = 0;
        int late = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = new Play(seed).toTheEnd();
                early += play.early;
                late += play.late;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        assertTrue(early > SEEDS && late > SEEDS, "hardly ever a batch for its size, or for the delay");
    }
}
