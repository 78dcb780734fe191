package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.RaggedAxes.Padding;
import dev.sluice.worker.batch.RaggedAxes.Trim;
import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * All that a batcher can do at once, in virtual time: two models on one device, requests in pieces, lengths that are
 * padded, engines that fail and that run out of memory, full queues, priorities, clients that go, answers that are held,
 * and answers in parts.
 */
class ComposedSimulationTest {

    private static final int SEEDS = 2000;
    private static final int STEPS = 150;
    private static final long POISON_EVERY = 61;
    private static final RaggedAxes RAGGED = new RaggedAxes(
            Map.of("x", new Padding(List.of(1), List.of("length"), new byte[Long.BYTES])),
            Map.of("y", List.of(new Trim(1, "x", 1))));

    /** Both models and their device. */
    private static final class Play {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final DeviceTurns device;
        final int places;
        final List<Model> models = new ArrayList<>();
        long nextId = 1;

        Play(long seed) {
            random = new Random(seed);
            places = 1 + random.nextInt(2);
            device = new DeviceTurns(places);
            models.add(new Model(this));
            models.add(new Model(this));
        }

        Play toTheEnd() {
            for (int step = 0; step < STEPS; step++) {
                models.get(random.nextInt(models.size())).step();
                models.forEach(Model::wakeIfDue);
            }
            while (models.stream().anyMatch(model -> model.instances.running() > 0)) {
                models.stream()
                        .filter(model -> model.instances.running() > 0)
                        .forEach(model -> model.instances.finishNext());
            }
            models.forEach(Model::checkEnd);
            assertEquals(places, device.free(), "places of the device");
            return this;
        }
    }

    /** The answers to a request, of which each has rows that no other has. */
    private static final class Parts {

        private final Tensor input;
        private final BitSet answered = new BitSet();
        private int count;

        Parts(InferenceRequest request) {
            input = request.inputs().getFirst();
        }

        void take(InferenceResponse answer) {
            count++;
            int all = (int) input.rows();
            Rows rows = answer.rows() == null ? new Rows(0, all, true) : answer.rows();
            assertTrue(rows.count() > 0 || all == 0, "an empty part");
            assertEquals(-1, firstAnswered(rows), "a row is answered again");
            answered.set(rows.first(), rows.first() + rows.count());
            int bytes = all == 0 ? 0 : input.byteCount() / all;
            Tensor asked = input.view(rows.count(), rows.first() * bytes, rows.count() * bytes);
            Tensor output = answer.outputs().getFirst();
            assertEquals(asked.shape(), output.shape(), "rows out = rows in, and each its own length");
            assertEquals(Tensors.text(asked), Tensors.text(output), "rows of another request");
        }

        private int firstAnswered(Rows rows) {
            int next = answered.nextSetBit(rows.first());
            return next < rows.first() + rows.count() ? next : -1;
        }
    }

    /** One of the models, with random settings. */
    private static final class Model implements BatchListener {

        private final Play play;
        private final Random random;
        private final int maxRows;
        private final long memory;
        private final BatchGather gather;
        private final FakeInstances instances;
        private final DeviceShare share;
        private final Batcher batcher;
        private final LargeRequests requests;
        private final boolean inOrder;
        private final List<Pending> pending = new ArrayList<>();
        private final IdentityHashMap<InferenceRequest, InferenceOutcome> outcomes = new IdentityHashMap<>();
        private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        private long wakeAt = Long.MAX_VALUE;
        private final List<InferenceRequest> came = new ArrayList<>();
        private final IdentityHashMap<InferenceRequest, Parts> parts = new IdentityHashMap<>();
        private int lastAnswered = -1;
        private long answered;

        Model(Play play) {
            this.play = play;
            random = play.random;
            maxRows = 1 + random.nextInt(8);
            memory = random.nextBoolean() ? Long.MAX_VALUE : 500L + random.nextInt(2000);
            inOrder = random.nextBoolean();
            gather = new BatchGather(maxRows, 1 << 16, RAGGED);
            instances = new FakeInstances(1 + random.nextInt(3), this::echo);
            share = new DeviceTurns.Stake(play.device, 1 + random.nextInt(3)).join(this::useTurn);
            BatcherOptions options = new BatcherOptions(
                    random.nextBoolean()
                            ? new GreedyPolicy(maxRows)
                            : new AdaptivePolicy(maxRows, AdaptivePolicy.NO_SLO),
                    1 + random.nextInt(12),
                    List.of(),
                    this,
                    inOrder,
                    new ShapeOptions(maxRows, RAGGED),
                    BatchGate.OPEN);
            BatchRunner shared = new SharedInstances(instances, share, play.ticker);
            batcher = new Batcher(Requests.MODEL, options, shared, play.ticker, nanos -> wakeAt = nanos);
            requests = new LargeRequests(batcher, maxRows, request -> {
                throw new AssertionError("cannot be joined: " + request);
            });
        }

        private void useTurn() {
            batcher.dispatch();
            share.pass();
        }

        private BatchResult echo(Batch batch) {
            assertTrue(batch.size() == 1 || batch.rows() <= maxRows, "a batch is too large");
            Tensor joined = Tensors.copyOf(gather.gather(batch).getFirst());
            if (joined.byteCount() > memory) {
                return new BatchResult.Failed(new InferenceError.EngineFailure("memory"), true);
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

        @Override
        public void dropped(ModelId model, DropReason reason) {
            drops.merge(reason, 1L, Long::sum);
        }

        @Override
        public void answered(ModelId model, AnsweredBatch batch) {
            answered += batch.requests();
        }

        @Override
        public void joined(ModelId model, long queueNanos, long gatherNanos, long runNanos) {
            answered++;
        }

        void step() {
            switch (random.nextInt(7)) {
                case 0, 1, 2 -> enqueue();
                case 3 -> play.ticker.advance(random.nextInt(30));
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

        void wakeIfDue() {
            if (wakeAt <= play.ticker.nanos()) {
                wakeAt = Long.MAX_VALUE;
                batcher.wake();
            }
        }

        private void enqueue() {
            int rows = random.nextInt(3) == 0 ? random.nextInt(4 * maxRows + 1) : 1;
            int length = 1 + random.nextInt(20);
            Deadline deadline = new Deadline(play.ticker.nanos() + 1 + random.nextInt(500));
            long[] ids = LongStream.range(play.nextId, play.nextId + rows).toArray();
            play.nextId += rows;
            InferenceRequest request = Requests.by(
                    "client" + random.nextInt(3),
                    1 + random.nextInt(4),
                    Requests.of(deadline, length, List.of("y"), ids));
            if (random.nextBoolean()) {
                request = request.to(part -> {
                    throw new AssertionError("called by the batcher");
                });
            }
            came.add(request);
            pending.add(requests.enqueue(request, completion(request)));
            batcher.dispatch();
        }

        private Completion completion(InferenceRequest request) {
            Parts answers = new Parts(request);
            parts.put(request, answers);
            return new Completion() {
                @Override
                public void complete(InferenceOutcome outcome) {
                    ended(request, answers, outcome);
                }

                @Override
                public void part(InferenceResponse part) {
                    assertTrue(request.wantsParts(), "a part that nobody wants");
                    assertTrue(!outcomes.containsKey(request), "a part after the end");
                    assertTrue(!part.isLast(), "the last part is the outcome");
                    int place = came.indexOf(request);
                    assertTrue(!inOrder || place > lastAnswered, "out of order");
                    answers.take(part);
                }
            };
        }

        private void ended(InferenceRequest request, Parts answers, InferenceOutcome outcome) {
            assertEquals(null, outcomes.put(request, outcome), "completed twice");
            Tensor input = request.inputs().getFirst();
            if (outcome instanceof InferenceResponse response) {
                assertTrue(response.isLast(), "more is to come");
                answers.take(response);
                assertEquals(request.rows(), answers.answered.cardinality(), "rows answered");
                int place = came.indexOf(request);
                assertTrue(!inOrder || place > lastAnswered, "out of order");
                lastAnswered = place;
            } else if (outcome instanceof InferenceError.EngineFailure(String why, String what)
                    && why.equals("poisoned")) {
                assertTrue(isPoisoned(input), "a request failed that was not to blame");
            } else if (outcome instanceof InferenceError.EngineFailure) {
                boolean small = request.rows() <= maxRows;
                assertTrue(small && input.byteCount() > memory, "it would have fitted in smaller pieces");
            }
        }

        private static boolean isPoisoned(Tensor input) {
            for (int at = 0; at < input.byteCount(); at += Long.BYTES) {
                if (input.data().getLong(at) % POISON_EVERY == 0) {
                    return true;
                }
            }
            return false;
        }

        private long heard(Class<? extends InferenceOutcome> kind) {
            return outcomes.values().stream().filter(kind::isInstance).count();
        }

        void checkEnd() {
            assertEquals(came.size(), outcomes.size(), "requests with an outcome");
            assertEquals(0, batcher.report().queue().requests());
            assertEquals(drops, happened(batcher.report().dropped()));
            assertEquals(
                    heard(InferenceError.Cancelled.class),
                    sum(DropReason.CANCELLED_QUEUED, DropReason.CANCELLED_RUNNING));
            assertEquals(
                    heard(InferenceError.DeadlineExceeded.class),
                    sum(
                            DropReason.LATE_AT_ARRIVAL,
                            DropReason.HOPELESS,
                            DropReason.EXPIRED_QUEUED,
                            DropReason.EXPIRED_RUNNING));
            assertEquals(
                    heard(InferenceError.Overloaded.class),
                    sum(DropReason.QUEUE_FULL, DropReason.DISPLACED, DropReason.BUSY_AT_ARRIVAL, DropReason.GIVEN_UP));
            long heldTooLong = answered - heard(InferenceResponse.class);
            assertTrue(inOrder ? heldTooLong >= 0 : heldTooLong == 0, "requests counted as answered");
        }

        private static Map<DropReason, Long> happened(Map<DropReason, Long> counts) {
            Map<DropReason, Long> happened = new EnumMap<>(counts);
            happened.values().removeIf(times -> times == 0);
            return happened;
        }

        private long sum(DropReason... reasons) {
            long sum = 0;
            for (DropReason reason : reasons) {
                sum += drops.getOrDefault(reason, 0L);
            }
            return sum;
        }
    }

    @Test
    void whateverComesTogetherEachRequestHasOneOutcomeAndAllPlacesComeBack() {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                for (Model model : new Play(seed).toTheEnd().models) {
                    model.drops.forEach((reason, times) -> kinds.merge(reason.name(), times.intValue(), Integer::sum));
                    model.outcomes.forEach((request, outcome) -> {
                        String size = request.rows() > model.maxRows ? "large " : "small ";
                        String end = outcome.getClass().getSimpleName();
                        kinds.merge(size + end, 1, Integer::sum);
                        int answers = Objects.requireNonNull(model.parts.get(request)).count;
                        if (answers > (outcome instanceof InferenceResponse ? 1 : 0)) {
                            kinds.merge("parts, then " + end, 1, Integer::sum);
                        }
                    });
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        for (String kind :
                List.of("InferenceResponse", "EngineFailure", "DeadlineExceeded", "Overloaded", "Cancelled")) {
            assertTrue(kinds.getOrDefault("large " + kind, 0) > 100, "the simulation hardly ever saw it: " + kinds);
            assertTrue(kinds.getOrDefault("small " + kind, 0) > 100, "the simulation hardly ever saw it: " + kinds);
            assertTrue(
                    kinds.getOrDefault("parts, then " + kind, 0) > 50, "the simulation hardly ever saw it: " + kinds);
        }
        for (DropReason reason : List.of(DropReason.DISPLACED, DropReason.HOPELESS, DropReason.EXPIRED_RUNNING)) {
            assertTrue(kinds.getOrDefault(reason.name(), 0) > 100, "the simulation hardly ever saw it: " + kinds);
        }
    }
}
