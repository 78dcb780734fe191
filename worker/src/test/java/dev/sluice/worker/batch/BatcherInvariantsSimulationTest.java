package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The learning batcher in virtual time, over thousands of seeds: tight and ample deadlines, several rows, two kinds of
 * shape, clients that go, batches that fail; after each event everything that must always hold is checked.
 */
class BatcherInvariantsSimulationTest {

    private static final int SEEDS = 3000;
    private static final int REQUESTS = 80;
    private static final long NEVER = Long.MAX_VALUE;

    /** One client at one priority, rows that count, and no end. */
    private static final List<Enum<?>> NEVER_HERE = List.of(
            DropReason.DISPLACED,
            DropReason.DRAINING,
            DropReason.MODEL_FAILED,
            DropReason.CIRCUIT_OPEN,
            FlushReason.UNBATCHED,
            FlushReason.PROBE);

    private record Client(InferenceRequest request, Pending pending) {}

    /** One play, from a seed to an empty batcher. */
    private static final class Play implements BatchListener {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final int maxRows;
        final long a;
        final long c;
        final FakeInstances instances;
        final Batcher batcher;
        final List<Long> ends = new ArrayList<>();
        final List<Client> clients = new ArrayList<>();
        final IdentityHashMap<InferenceRequest, InferenceOutcome> outcomes = new IdentityHashMap<>();
        final Set<InferenceRequest> started = Collections.newSetFromMap(new IdentityHashMap<>());
        final StringBuilder log = new StringBuilder();
        long wakeAt = NEVER;
        int queued;

        Play(long seed) {
            random = new Random(seed);
            maxRows = 1 + random.nextInt(12);
            a = 1L + random.nextInt(100);
            c = 1L + random.nextInt(30);
            instances = new FakeInstances(1 + random.nextInt(4), this::engine);
            BatchPolicy policy = new AdaptivePolicy(maxRows, random.nextInt(3) == 0 ? 20 * a : AdaptivePolicy.NO_SLO);
            BatcherOptions options = new BatcherOptions(policy, 5 + random.nextInt(40), this);
            batcher = new Batcher(Requests.MODEL, options, watched(), ticker, nanos -> wakeAt = nanos);
        }

        private BatchRunner watched() {
            return new BatchRunner() {
                @Override
                public int idleInstances() {
                    return instances.idleInstances();
                }

                @Override
                public void run(Batch batch, Consumer<BatchResult> done) {
                    leaves(batch);
                    ends.add(ticker.nanos() + (long) ((a + c * batch.rows()) * (0.8 + 0.4 * random.nextDouble())));
                    instances.run(batch, done);
                }
            };
        }

        private void leaves(Batch batch) {
            long now = ticker.nanos();
            log.append(now).append(':').append(batch.rows()).append(' ');
            assertTrue(batch.size() == 1 || batch.rows() <= maxRows, "a batch of several is too large");
            for (QueuedRequest member : batch.members()) {
                started.add(member.request());
                assertTrue(member.batchesWith(batch.members().getFirst()), "a batch of different kinds");
                assertFalse(outcomes.containsKey(member.request()), "what has its outcome is run");
                long left = member.deadlineNanos() - now;
                assertTrue(left > 0, "what has expired is run");
                assertTrue(
                        batch.size() == 1
                                || member.search != null
                                || !batcher.latency().isKnown()
                                || left + 1 >= batcher.latency().safeNanos(batch.rows()),
                        "a batch of several leaves that is bound to be late");
            }
        }

        private BatchResult engine(Batch batch) {
            return random.nextInt(20) == 0
                    ? new BatchResult.Failed(EchoEngine.FAILURE, random.nextBoolean())
                    : new EchoEngine().apply(batch);
        }

        @Override
        public void queued(ModelId model, int priority, int requests) {
            queued = requests;
        }

        void arrive() {
            int rows = random.nextInt(4) == 0 ? random.nextInt(5) : 1;
            long patience = random.nextInt(3) == 0 ? 1_000_000 : a + random.nextInt((int) (a + c * maxRows) * 4);
            Deadline deadline = new Deadline(ticker.nanos() + patience);
            InferenceRequest request = Requests.of(
                    deadline,
                    1 + random.nextInt(2),
                    List.of("y"),
                    random.longs(rows).toArray());
            Pending pending = batcher.enqueue(request, outcome -> ended(request, outcome));
            clients.add(new Client(request, pending));
            batcher.dispatch();
        }

        private void ended(InferenceRequest request, InferenceOutcome outcome) {
            assertEquals(null, outcomes.put(request, outcome), "completed twice");
            log.append(ticker.nanos())
                    .append(outcome.getClass().getSimpleName())
                    .append(' ');
            long left = request.deadline().remainingNanos(ticker.nanos());
            boolean dropped = !started.contains(request);
            if (dropped && outcome instanceof InferenceError.DeadlineExceeded && left > 0) {
                assertTrue(left < batcher.latency().safeNanos(request.rows()), "dropped though it could be in time");
            }
            if (dropped && outcome instanceof InferenceError.Overloaded overloaded) {
                assertTrue(
                        overloaded.message().contains("full")
                                || batcher.latency().isKnown()
                                || batcher.latency().safeNanos(request.rows()) > 0,
                        "displaced though nothing is known");
            }
        }

        /** Moves to the next thing that happens; false when there is none. */
        boolean step(long arrival) {
            long end = ends.stream().min(Long::compare).orElse(NEVER);
            long next = Math.min(Math.min(arrival, end), wakeAt);
            if (next == NEVER) {
                return false;
            }
            ticker.advance(Math.max(0, next - ticker.nanos()));
            if (next == end) {
                int index = ends.indexOf(end);
                ends.remove(index);
                instances.finish(index);
            } else if (next == wakeAt) {
                wakeAt = NEVER;
                batcher.wake();
            } else {
                arrive();
            }
            if (random.nextInt(10) == 0) {
                cancelAny();
            }
            check();
            return true;
        }

        private void cancelAny() {
            if (!clients.isEmpty()) {
                Client client = clients.get(random.nextInt(clients.size()));
                client.pending().cancel();
                assertTrue(outcomes.containsKey(client.request()), "cancelled and still without an outcome");
            }
        }

        private void check() {
            assertTrue(queued == 0 || instances.idleInstances() == 0, "somebody waits though an instance is idle");
            int open = clients.size() - outcomes.size();
            long runningAndWanted = started.stream()
                    .filter(request -> !outcomes.containsKey(request))
                    .count();
            assertEquals(open, queued + runningAndWanted, "open requests are queued, or left the queue");
            for (Client client : clients) {
                if (!outcomes.containsKey(client.request())) {
                    long deadline = client.request().deadline().atNanos();
                    assertTrue(wakeAt <= deadline, "nobody would wake when a request expires");
                    assertTrue(ticker.nanos() < deadline, "open beyond its deadline");
                }
            }
        }

        /** Every batch and every refusal is counted, once, with a reason that fits what the client heard. */
        private void checkReport() {
            BatchingReport report = batcher.report();
            assertEquals(instances.started().size(), sum(report.batches().values()));
            Map<DropReason, Long> drops = report.dropped();
            assertEquals(
                    refusedWith(InferenceError.DeadlineExceeded.class),
                    drops.getOrDefault(DropReason.LATE_AT_ARRIVAL, 0L)
                            + drops.getOrDefault(DropReason.HOPELESS, 0L)
                            + drops.getOrDefault(DropReason.EXPIRED_QUEUED, 0L)
                            + drops.getOrDefault(DropReason.EXPIRED_RUNNING, 0L));
            assertEquals(
                    refusedWith(InferenceError.Overloaded.class),
                    drops.getOrDefault(DropReason.QUEUE_FULL, 0L)
                            + drops.getOrDefault(DropReason.DISPLACED, 0L)
                            + drops.getOrDefault(DropReason.BUSY_AT_ARRIVAL, 0L)
                            + drops.getOrDefault(DropReason.GIVEN_UP, 0L));
            assertEquals(
                    refusedWith(InferenceError.Cancelled.class),
                    drops.getOrDefault(DropReason.CANCELLED_QUEUED, 0L)
                            + drops.getOrDefault(DropReason.CANCELLED_RUNNING, 0L));
            assertEquals(
                    REQUESTS,
                    sum(drops.values())
                            + refusedWith(InferenceError.EngineFailure.class)
                            + refusedWith(InferenceResponse.class));
        }

        private static long sum(Collection<Long> counts) {
            return counts.stream().mapToLong(Long::longValue).sum();
        }

        private long refusedWith(Class<? extends InferenceOutcome> kind) {
            return outcomes.values().stream().filter(kind::isInstance).count();
        }

        Play toTheEnd() {
            int gap = 1 + random.nextInt((int) (a + c));
            for (int i = 0; i < REQUESTS; i++) {
                long arrival = ticker.nanos() + random.nextInt(gap + 1);
                int before = clients.size();
                while (clients.size() == before) {
                    step(arrival);
                }
            }
            while (step(NEVER)) {}
            assertEquals(REQUESTS, outcomes.size(), "requests with an outcome");
            assertEquals(0, queued);
            checkReport();
            return this;
        }
    }

    @Test
    void whateverHappens() {
        Map<String, Integer> kinds = new HashMap<>();
        Map<Enum<?>, Long> reasons = new HashMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = new Play(seed).toTheEnd();
                play.batcher.report().batches().forEach((reason, times) -> reasons.merge(reason, times, Long::sum));
                play.batcher.report().dropped().forEach((reason, times) -> reasons.merge(reason, times, Long::sum));
                play.outcomes
                        .values()
                        .forEach(outcome -> kinds.merge(
                                outcome instanceof InferenceError.DeadlineExceeded(String stage)
                                        ? "DeadlineExceeded " + stage
                                        : outcome.getClass().getSimpleName(),
                                1,
                                Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        for (String kind : List.of(
                InferenceResponse.class.getSimpleName(),
                "EngineFailure",
                "Overloaded",
                "Cancelled",
                "DeadlineExceeded queue",
                "DeadlineExceeded enqueue",
                "DeadlineExceeded execution")) {
            assertTrue(kinds.getOrDefault(kind, 0) > 100, "the simulation hardly ever saw " + kind + ": " + kinds);
        }
        NEVER_HERE.forEach(reason -> assertEquals(0L, reasons.remove(reason), reason.toString()));
        reasons.forEach((reason, times) -> assertTrue(times > 100, "hardly ever " + reason + ": " + reasons));
    }

    @Test
    void theSameSeedIsTheSamePlay() {
        for (long seed = 1; seed <= 200; seed++) {
            String log = new Play(seed).toTheEnd().log.toString();
            assertEquals(log, new Play(seed).toTheEnd().log.toString());
            assertNotEquals(log, new Play(seed + 1).toTheEnd().log.toString());
        }
    }
}
