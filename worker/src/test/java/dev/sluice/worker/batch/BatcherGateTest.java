package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.BatchGate.Ended;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a batcher tells its gate of each batch, and what it does as the gate says. */
class BatcherGateTest {

    private static final BatchResult OUT_OF_MEMORY = new BatchResult.Failed(EchoEngine.FAILURE, true);
    private static final BatchResult REFUSED =
            new BatchResult.Failed(new InferenceError.InvalidRequest("inputs", "no good"));
    private static final InferenceError SHUT = new InferenceError.CircuitOpen(Requests.MODEL, 1000);

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final EchoEngine echo = new EchoEngine();
    private final Gate gate = new Gate();

    /** Does as it is told, and remembers. */
    private static final class Gate implements BatchGate {

        private final List<Ended> ended = new ArrayList<>();
        private @Nullable InferenceError refusal;
        private boolean probing;
        private int probesLeft;
        private long begun;

        @Override
        public @Nullable InferenceError refusal() {
            return refusal;
        }

        @Override
        public boolean isProbing() {
            return probing;
        }

        @Override
        public boolean mayRun() {
            return !probing || probesLeft > 0;
        }

        @Override
        public long begin() {
            probesLeft--;
            return ++begun;
        }

        @Override
        public void ended(Ended batch) {
            ended.add(batch);
        }

        List<BatchVerdict> verdicts() {
            return ended.stream().map(Ended::verdict).toList();
        }
    }

    private Batcher batcher(FakeInstances instances, BatchListener listener) {
        BatcherOptions options = new BatcherOptions(
                new GreedyPolicy(8), 100, List.of(), listener, false, ShapeOptions.AS_THEY_COME, gate);
        return new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
    }

    private Batcher batcher(FakeInstances instances) {
        return batcher(instances, BatchListener.NONE);
    }

    /** Runs requests of those ids, each of the client of that number, in one batch. */
    private void runTogether(Function<Batch, BatchResult> engine, int... ids) {
        FakeInstances instances = new FakeInstances(1, engine);
        Batcher batcher = batcher(instances);
        for (int id : ids) {
            batcher.enqueue(by(id), outcomes.of("r" + id));
        }
        batcher.dispatch();
        instances.finishAll();
        for (int id : ids) {
            assertTrue(outcomes.has("r" + id));
        }
    }

    private static InferenceRequest by(int id) {
        return Requests.by("client " + id, 0, Requests.ofIds(id));
    }

    @Test
    void anAnsweredBatchCountsOnceWithItsClients() {
        runTogether(echo, 1, 2, 3);
        assertEquals(
                List.of(new Ended(1, BatchVerdict.ANSWERED, Set.of("client 1", "client 2", "client 3"), 0)),
                gate.ended);
    }

    @Test
    void oneInWhichNobodyIsAnsweredCountsOnceHoweverManyRunsThatTakes() {
        runTogether(batch -> new BatchResult.Failed(EchoEngine.FAILURE), 1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(1, gate.ended.size());
        assertEquals(BatchVerdict.FAILED, gate.ended.getFirst().verdict());
        assertEquals(8, gate.ended.getFirst().clients().size());
        assertEquals(1, gate.begun);
    }

    @Test
    void aPoisonedRequestInCompanySaysNothingOfTheModel() {
        runTogether(echo.poison(3).poison(5), 1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(List.of(BatchVerdict.ANSWERED), gate.verdicts());
        assertEquals(EchoEngine.FAILURE, outcomes.get("r3"));
    }

    @Test
    void whatTheClientDidWrongDoesNotCount() {
        runTogether(batch -> REFUSED, 1);
        runTogether(batch -> batch.size() > 1 ? new BatchResult.Failed(EchoEngine.FAILURE) : REFUSED, 2, 3);
        assertEquals(List.of(BatchVerdict.IGNORED, BatchVerdict.IGNORED), gate.verdicts());
    }

    @Test
    void tooLittleMemoryDoesNotCount() {
        runTogether(batch -> OUT_OF_MEMORY, 1);
        assertEquals(List.of(BatchVerdict.IGNORED), gate.verdicts());
    }

    @Test
    void clientErrorsOfSomeDoNotHideThatTheEngineFailsTheOthers() {
        runTogether(
                batch -> batch.size() == 1 && batch.first().client().equals("client 1")
                        ? REFUSED
                        : new BatchResult.Failed(EchoEngine.FAILURE),
                1,
                2,
                3);
        assertEquals(List.of(BatchVerdict.FAILED), gate.verdicts());
    }

    @Test
    void aBatchThatNobodyWaitsForAnyMoreCountsIfItFailsAndIfItRuns() {
        FakeInstances instances = new FakeInstances(1, batch -> new BatchResult.Failed(EchoEngine.FAILURE));
        Batcher batcher = batcher(instances);
        for (int id = 1; id <= 3; id++) {
            batcher.enqueue(Requests.of(new Deadline(10), id), outcomes.of("r" + id));
        }
        batcher.dispatch();
        ticker.advance(20);
        batcher.wake();
        assertEquals(3, outcomes.count());
        assertEquals(List.of(), gate.ended);
        instances.finishAll();
        assertEquals(List.of(BatchVerdict.FAILED), gate.verdicts());
    }

    @Test
    void whoLeavesWhileWaitingToRunAgainEndsTheTrial() {
        FakeInstances instances = new FakeInstances(1, batch -> new BatchResult.Failed(EchoEngine.FAILURE));
        Batcher batcher = batcher(instances);
        for (int id = 1; id <= 2; id++) {
            batcher.enqueue(Requests.of(new Deadline(10), id), outcomes.of("r" + id));
        }
        batcher.dispatch();
        instances.finishNext(); // both, and the first runs again
        ticker.advance(20);
        batcher.wake();
        assertEquals(2, outcomes.count());
        assertEquals(List.of(BatchVerdict.FAILED), gate.verdicts());
    }

    @Test
    void tellsHowLongABatchTookOfWhatWasExpected() {
        FakeInstances instances = new FakeInstances(1, echo);
        Batcher batcher = batcher(instances);
        for (int id = 0; id < 20; id++) {
            batcher.enqueue(by(id), outcomes.of("r" + id));
            batcher.dispatch();
            ticker.advance(id == 19 ? 5000 : 1000);
            instances.finishAll();
        }
        assertEquals(0, gate.ended.getFirst().timesExpected());
        assertEquals(1, gate.ended.get(18).timesExpected(), 0.01);
        assertEquals(5, gate.ended.get(19).timesExpected(), 0.01);
    }

    @Test
    void aShutGateRefusesWhoComesAndWhoWaitsAndLeavesAloneWhoRuns() {
        RecordingListener listener = new RecordingListener();
        FakeInstances instances = new FakeInstances(1, echo);
        Batcher batcher = batcher(instances, listener);
        batcher.enqueue(by(1), outcomes.of("runs"));
        batcher.dispatch();
        batcher.enqueue(by(2), outcomes.of("waits"));
        gate.refusal = SHUT;
        batcher.enqueue(by(3), outcomes.of("comes"));
        batcher.dispatch();
        assertEquals(SHUT, outcomes.get("waits"));
        assertEquals(SHUT, outcomes.get("comes"));
        instances.finishAll();
        assertEquals("[1]", outcomes.ids("runs"));
        assertEquals(
                2,
                listener.takeEvents().stream()
                        .filter("dropped CIRCUIT_OPEN"::equals)
                        .count());
        assertEquals(1, instances.started().size());
    }

    @Test
    void aShutGateRefusesThoseWhoAreToRunAgain() {
        FakeInstances instances = new FakeInstances(1, batch -> {
            gate.refusal = SHUT;
            return new BatchResult.Failed(EchoEngine.FAILURE);
        });
        Batcher batcher = batcher(instances);
        batcher.enqueue(by(1), outcomes.of("r1"));
        batcher.enqueue(by(2), outcomes.of("r2"));
        batcher.dispatch();
        instances.finishAll();
        assertEquals(SHUT, outcomes.get("r1"));
        assertEquals(SHUT, outcomes.get("r2"));
        assertEquals(1, instances.started().size());
    }

    @Test
    void probesAreSingleRequestsOfTheLowestPriorityAndNoMoreThanAllowed() {
        FakeInstances instances = new FakeInstances(4, echo);
        Batcher batcher = batcher(instances);
        gate.probing = true;
        gate.probesLeft = 2;
        for (int priority = 1; priority <= 4; priority++) {
            batcher.enqueue(Requests.by("a", priority, Requests.ofIds(priority)), outcomes.of("p" + priority));
        }
        batcher.dispatch();
        assertEquals(List.of(1, 1), instances.startedRows());
        assertEquals(
                List.of(4, 3),
                instances.started().stream()
                        .map(batch -> batch.first().priority())
                        .toList());
        assertEquals(FlushReason.PROBE, instances.started().getFirst().reason());
        instances.finishNext();
        assertEquals(2, instances.started().size());
        gate.probing = false;
        instances.finishAll();
        assertEquals(List.of(1, 1, 2), instances.startedRows());
        assertTrue(outcomes.has("p1"));
        assertFalse(outcomes.response("p4").outputs().isEmpty());
    }
}
