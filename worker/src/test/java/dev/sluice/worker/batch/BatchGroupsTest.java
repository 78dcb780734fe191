package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which of a model's devices runs what waits: here one that takes 1000 a batch and 100 a row, and one of a fifth of its speed. */
class BatchGroupsTest {

    private static final int MAX_ROWS = 8;
    private static final long FAR = 1_000_000;
    private static final InferenceError SHUT = new InferenceError.CircuitOpen(Requests.MODEL, 1000);

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final EchoEngine echo = new EchoEngine();
    private final FakeInstances fast = new FakeInstances(1, echo);
    private final FakeInstances slow = new FakeInstances(1, echo);
    private final Gate fastGate = new Gate();
    private final Gate slowGate = new Gate();
    private final List<Long> wakeUps = new ArrayList<>();
    private final Batcher batcher = batcher(fast, slow);
    private int asked;

    private static final class Gate implements BatchGate {

        private final List<BatchVerdict> verdicts = new ArrayList<>();
        private @Nullable InferenceError refusal;
        private boolean probing;
        private long openUntil;

        @Override
        public CircuitState state() {
            return refusal != null ? CircuitState.OPEN : probing ? CircuitState.HALF_OPEN : CircuitState.CLOSED;
        }

        @Override
        public long openUntilNanos() {
            return openUntil;
        }

        @Override
        public @Nullable InferenceError refusal() {
            return refusal;
        }

        @Override
        public void ended(Ended batch) {
            verdicts.add(batch.verdict());
        }
    }

    private Batcher batcher(BatchRunner onFast, BatchRunner onSlow) {
        BatcherOptions options = new BatcherOptions(new AdaptivePolicy(MAX_ROWS, 0), 1000, BatchListener.NONE);
        return new Batcher(
                Requests.MODEL,
                options,
                List.of(
                        new GroupOptions("slow", onSlow, profile(5), slowGate),
                        new GroupOptions("fast", onFast, profile(1), fastGate)),
                ticker,
                wakeUps::add);
    }

    private static List<LatencyPoint> profile(int times) {
        List<LatencyPoint> points = new ArrayList<>();
        for (int rows = 1; rows <= MAX_ROWS; rows *= 2) {
            for (int i = 0; i < 4; i++) {
                points.add(new LatencyPoint(rows, times * (1000L + 100L * rows)));
            }
        }
        return points;
    }

    private void ask(int requests, long leftNanos) {
        for (int i = 0; i < requests; i++) {
            Deadline deadline = new Deadline(ticker.nanos() + leftNanos);
            batcher.enqueue(Requests.of(deadline, asked), outcomes.of("r" + asked));
            asked++;
        }
        batcher.dispatch();
    }

    @Test
    void theFastOneIsWaitedForAsLongAsItIsSooner() {
        ask(1, FAR);
        ask(8, FAR);
        assertEquals(List.of(1), fast.startedRows());
        assertEquals(List.of(), slow.startedRows());
        assertEquals(5500, wakeUps.getLast(), 5, "and if it does not come back it is asked again");
        fast.finishNext();
        assertEquals(List.of(1, 8), fast.startedRows());
    }

    @Test
    void theSlowOneTakesWhatTheFastOneWillNotHaveDoneByThen() {
        ask(8, FAR);
        ask(60, FAR);
        assertEquals(List.of(8), fast.startedRows());
        assertEquals(List.of(8), slow.startedRows());
        fast.finishNext();
        assertEquals(2, fast.started().size());
        assertTrue(
                fast.started().getLast().members().getFirst().ordinal
                        < slow.started().getFirst().members().getFirst().ordinal,
                "those behind go to the slow one");
    }

    @Test
    void nobodyGoesWhereHisDeadlineCannotBeKept() {
        ask(8, FAR);
        ask(60, 9000);
        assertEquals(List.of(8), fast.startedRows());
        int rows = slow.startedRows().stream().mapToInt(Integer::intValue).sum();
        assertTrue(rows <= 6, "8 rows take 9000 there, and that is too long with any margin: " + slow.startedRows());
    }

    @Test
    void whoHasTimeForTheSlowOneIsFoundBehindThoseWhoHaveNone() {
        ask(8, FAR);
        ask(40, 5000);
        ask(40, 5000);
        assertEquals(List.of(), slow.startedRows(), "one row takes 5500 there");
        ask(1, FAR);
        assertEquals(List.of(1), slow.startedRows());
        assertEquals(88, slow.started().getFirst().members().getFirst().ordinal);
    }

    @Test
    void whoComesTooLateForAllIsRefusedAtOnce() {
        ask(1, FAR);
        ask(1, 1000);
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.get("r1"));
        ask(1, 5600);
        assertFalse(outcomes.has("r2"), "the fast one would be back in time, and so would the slow one");
    }

    @Test
    void oneWhoseCircuitIsOpenIsLeftAlone() {
        fastGate.refusal = SHUT;
        ask(2, FAR);
        assertEquals(List.of(2), slow.startedRows());
        slowGate.refusal = SHUT;
        ask(1, FAR);
        assertEquals(SHUT, outcomes.get("r2"));
    }

    @Test
    void whatFailsRunsAgainWhereItFailed() {
        echo.poison(0).poison(1);
        ask(2, FAR);
        fast.finishNext();
        assertEquals(List.of(2, 1), fast.startedRows());
        assertEquals(List.of(), slow.startedRows());
        fast.finishNext();
        fast.finishNext();
        assertEquals(List.of(BatchVerdict.FAILED), fastGate.verdicts);
        assertEquals(List.of(), slowGate.verdicts);
    }

    @Test
    void aRequestThatFailsEverywhereHasOneTryElsewhere() {
        echo.poison(0);
        ask(1, FAR);
        fast.finishNext();
        assertFalse(outcomes.has("r0"), "it may be the device");
        slow.finishNext();
        assertInstanceOf(InferenceError.EngineFailure.class, outcomes.get("r0"));
        assertEquals(List.of(1), fast.startedRows());
        assertEquals(List.of(1), slow.startedRows());
        assertEquals(List.of(BatchVerdict.FAILED), fastGate.verdicts);
        assertEquals(List.of(), slowGate.verdicts, "one bad request opens no second circuit");
    }

    @Test
    void nobodyPaysForADeviceThatFailsWhileAnotherWorks() {
        FakeInstances dead = new FakeInstances(1, batch -> new BatchResult.Failed(EchoEngine.FAILURE));
        Batcher other = batcher(dead, slow);
        fastGate.probing = true;
        for (int i = 0; i < 2; i++) {
            other.enqueue(Requests.of(new Deadline(FAR), i), outcomes.of("r" + i));
        }
        other.dispatch();
        dead.finishNext();
        fastGate.refusal = SHUT;
        while (slow.running() > 0) {
            slow.finishNext();
        }
        assertInstanceOf(InferenceResponse.class, outcomes.get("r0"));
        assertInstanceOf(InferenceResponse.class, outcomes.get("r1"));
        assertEquals(List.of(BatchVerdict.FAILED), fastGate.verdicts);
    }

    @Test
    void aGroupWithoutInstancesKeepsNobodyWaitingBehindAnOpenCircuit() {
        Vanishing gone = new Vanishing(fast);
        Batcher other = batcher(gone, slow);
        gone.gone = true;
        slowGate.refusal = SHUT;
        other.enqueue(Requests.of(new Deadline(FAR), 0), outcomes.of("r0"));
        assertEquals(SHUT, outcomes.get("r0"));
    }

    @Test
    void whoWaitsBesideAnOpenCircuitIsLookedAtWhenItOpens() {
        fastGate.refusal = SHUT;
        fastGate.openUntil = 77;
        ask(1, FAR);
        assertFalse(wakeUps.contains(77L), "nobody waits");
        ask(1, FAR);
        assertEquals(77, wakeUps.getLast());
    }

    @Test
    void whatADeviceCouldDoThatIsLeftAloneDoesNotCount() {
        double both = batcher.capacity().rowsIn(FAR);
        fastGate.refusal = SHUT;
        double rest = batcher.capacity().rowsIn(FAR);
        assertEquals(both / 6, rest, both / 100, "a fifth of the other");
    }

    /** Instances that are gone when the test says so. */
    private static final class Vanishing implements BatchRunner {

        private final FakeInstances instances;
        private boolean gone;

        Vanishing(FakeInstances instances) {
            this.instances = instances;
        }

        @Override
        public int idleInstances() {
            return gone ? 0 : instances.idleInstances();
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> done) {
            instances.run(batch, done);
        }
    }

    @Test
    void whatFailsWithTheLastInstanceRunsElsewhere() {
        Vanishing vanishing = new Vanishing(new FakeInstances(1, batch -> new BatchResult.Failed(EchoEngine.FAILURE)));
        Batcher other = batcher(vanishing, slow);
        for (int i = 0; i < 2; i++) {
            other.enqueue(Requests.of(new Deadline(FAR), i), outcomes.of("r" + i));
        }
        other.dispatch();
        vanishing.gone = true;
        vanishing.instances.finishNext();
        assertEquals(List.of(1), slow.startedRows());
    }

    @Test
    void aSlowOneHasALookWhenItHasNotRunForLong() {
        ask(1, FAR);
        ask(1, FAR);
        assertEquals(List.of(), slow.startedRows());
        for (int i = 0; i < 200; i++) {
            ticker.advance(6000);
            fast.finishNext();
            ask(1, FAR);
        }
        assertTrue(
                slow.started().size() >= 1 && slow.started().size() <= 2,
                slow.startedRows().toString());
    }
}
