package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Why batches were closed and requests let go, one play for each reason; and what the batcher says of itself. */
class BatcherReportTest {

    private static final int MAX_ROWS = 8;
    private static final int MAX_QUEUE = 40;

    /** Of a model that takes 100 ns for a batch and 10 ns for each row. */
    private static final List<LatencyPoint> PROFILE = IntStream.range(0, 100)
            .map(i -> 1 << i % 4)
            .mapToObj(rows -> new LatencyPoint(rows, 100 + 10 * rows))
            .toList();

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final EchoEngine echo = new EchoEngine();
    private final FakeInstances instances = new FakeInstances(1, echo);
    private final Map<DropReason, Long> heardDrops = new EnumMap<>(DropReason.class);
    private final Map<FlushReason, Long> heardBatches = new EnumMap<>(FlushReason.class);

    private final BatchListener listener = new BatchListener() {
        @Override
        public void flushed(ModelId model, int requests, int rows, FlushReason reason) {
            heardBatches.merge(reason, 1L, Long::sum);
        }

        @Override
        public void dropped(ModelId model, DropReason reason) {
            heardDrops.merge(reason, 1L, Long::sum);
        }
    };

    private final Batcher knowing = batcher(PROFILE, instances);
    private final Batcher batcher = batcher(List.of(), instances);

    private Batcher batcher(List<LatencyPoint> profile, FakeInstances on) {
        BatcherOptions options = new BatcherOptions(new GreedyPolicy(MAX_ROWS), MAX_QUEUE, profile, listener);
        return new Batcher(Requests.MODEL, options, on, ticker, nanos -> {});
    }

    private Pending enqueue(Batcher to, String name, InferenceRequest request) {
        Pending pending = to.enqueue(request, outcomes.of(name));
        to.dispatch();
        return pending;
    }

    private static InferenceRequest until(long nanos, long id) {
        return Requests.of(new Deadline(nanos), id);
    }

    /** In the report and told to the listener, these and nothing else. */
    private void assertDropped(Batcher by, DropReason... reasons) {
        Map<DropReason, Long> expected = new EnumMap<>(DropReason.class);
        for (DropReason reason : reasons) {
            expected.merge(reason, 1L, Long::sum);
        }
        assertEquals(expected, heardDrops);
        for (DropReason reason : DropReason.values()) {
            long counted = by.report().dropped().getOrDefault(reason, 0L);
            assertEquals(expected.getOrDefault(reason, 0L), counted, reason.toString());
        }
    }

    private void assertFlushed(Batcher by, FlushReason... reasons) {
        Map<FlushReason, Long> expected = new EnumMap<>(FlushReason.class);
        for (FlushReason reason : reasons) {
            expected.merge(reason, 1L, Long::sum);
        }
        assertEquals(expected, heardBatches);
        for (FlushReason reason : FlushReason.values()) {
            long counted = by.report().batches().getOrDefault(reason, 0L);
            assertEquals(expected.getOrDefault(reason, 0L), counted, reason.toString());
        }
    }

    @Test
    void aBatchThatLeavesMoreWaitingIsFullAndTheRestIsAll() {
        for (int id = 0; id <= MAX_ROWS + 1; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertFlushed(batcher, FlushReason.ALL, FlushReason.FULL, FlushReason.ALL);
    }

    @Test
    void otherShapesThatWaitAreNotLeftBehind() {
        enqueue(batcher, "busy", Requests.ofIds(1));
        enqueue(batcher, "narrow", Requests.ofIds(2));
        enqueue(batcher, "wide", Requests.of(Requests.FAR, 2, List.of("y"), 3));
        instances.finishAll();
        assertFlushed(batcher, FlushReason.ALL, FlushReason.ALL, FlushReason.ALL);
    }

    /** The head is served with as many as it has time for. */
    @Test
    void aBatchThatIsKeptShortForItsHeadIsCutByDeadlines() {
        enqueue(knowing, "busy", Requests.ofIds(new long[90]));
        enqueue(knowing, "head", until(1142, 1));
        for (int id = 2; id <= 9; id++) {
            enqueue(knowing, "r" + id, until(1600, id));
        }
        ticker.advance(1000);
        instances.finishNext();
        assertEquals(List.of(90, 4), instances.startedRows());
        assertFlushed(knowing, FlushReason.ALL, FlushReason.DEADLINE);
        instances.finishAll();
        assertFlushed(knowing, FlushReason.ALL, FlushReason.DEADLINE, FlushReason.ALL);
        assertDropped(knowing);
    }

    /** The head is given up, and the eight behind it share one batch, which is as large as a batch may be. */
    @Test
    void aBatchThatPassesSomebodyOverIsCutByDeadlines() {
        enqueue(knowing, "busy", Requests.ofIds(0));
        enqueue(knowing, "head", until(252, 1));
        for (int id = 2; id <= 9; id++) {
            enqueue(knowing, "r" + id, until(320, id));
        }
        ticker.advance(110);
        instances.finishNext();
        assertEquals(List.of(1, 8), instances.startedRows());
        assertFlushed(knowing, FlushReason.ALL, FlushReason.DEADLINE);
        assertDropped(knowing, DropReason.GIVEN_UP);
    }

    @Test
    void whoRunsAloneAfterAFailureIsARerun() {
        echo.poison(2);
        for (int id = 0; id <= 2; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertFlushed(batcher, FlushReason.ALL, FlushReason.ALL, FlushReason.RERUN, FlushReason.RERUN);
        assertDropped(batcher);
    }

    @Test
    void aModelWhoseAxisDoesNotCountRowsRunsOneAtATime() {
        FakeInstances summing = new FakeInstances(
                1, batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1, 1), 0)), 1, 1));
        Batcher summer = batcher(List.of(), summing);
        for (int id = 0; id <= 2; id++) {
            enqueue(summer, "r" + id, Requests.ofIds(id));
        }
        summing.finishNext();
        assertEquals(MAX_ROWS, summer.report().nextRows());
        summing.finishAll();
        assertEquals(1, summer.report().nextRows());
        heardBatches.clear();
        Map<FlushReason, Long> before = summer.report().batches();
        for (int id = 3; id <= 5; id++) {
            enqueue(summer, "r" + id, Requests.ofIds(id));
        }
        summing.finishAll();
        assertEquals(Map.of(FlushReason.ALL, 2L, FlushReason.UNBATCHED, 1L), heardBatches);
        assertEquals(
                2,
                summer.report().batches().getOrDefault(FlushReason.ALL, 0L) - before.getOrDefault(FlushReason.ALL, 0L));
    }

    @Test
    void refusalsAtArrival() {
        ticker.advance(10);
        enqueue(knowing, "expired", until(10, 0));
        enqueue(knowing, "busy", Requests.ofIds(1));
        enqueue(knowing, "hopeless", until(119, 2));
        enqueue(knowing, "behind", until(225, 3));
        assertEquals(List.of(1), instances.startedRows());
        assertDropped(knowing, DropReason.LATE_AT_ARRIVAL, DropReason.LATE_AT_ARRIVAL, DropReason.BUSY_AT_ARRIVAL);
    }

    @Test
    void refusalsOfAFullQueue() {
        enqueue(batcher, "busy", Requests.ofIds(0));
        for (int id = 1; id <= MAX_QUEUE; id++) {
            enqueue(batcher, "r" + id, Requests.by("greedy", 0, Requests.ofIds(id)));
        }
        enqueue(batcher, "more", Requests.by("greedy", 0, Requests.ofIds(98)));
        assertDropped(batcher, DropReason.QUEUE_FULL);
        enqueue(batcher, "other", Requests.by("modest", 0, Requests.ofIds(99)));
        assertDropped(batcher, DropReason.QUEUE_FULL, DropReason.DISPLACED);
        assertTrue(outcomes.has("r" + MAX_QUEUE));
    }

    @Test
    void whoHasTooLittleTimeLeftWhenItsTurnComesIsHopeless() {
        enqueue(knowing, "busy", Requests.ofIds(1));
        enqueue(knowing, "possible", until(250, 2));
        enqueue(knowing, "patient", Requests.ofIds(3));
        ticker.advance(200);
        instances.finishNext();
        assertDropped(knowing, DropReason.HOPELESS);
        instances.finishAll();
        assertEquals("[3]", outcomes.ids("patient"));
    }

    @Test
    void whoExpires() {
        enqueue(batcher, "running", until(100, 1));
        enqueue(batcher, "waiting", until(50, 2));
        ticker.advance(50);
        batcher.wake();
        assertDropped(batcher, DropReason.EXPIRED_QUEUED);
        ticker.advance(50);
        batcher.wake();
        assertDropped(batcher, DropReason.EXPIRED_QUEUED, DropReason.EXPIRED_RUNNING);
    }

    @Test
    void whoGoes() {
        Pending running = enqueue(batcher, "running", Requests.ofIds(1));
        Pending waiting = enqueue(batcher, "waiting", Requests.ofIds(2));
        waiting.cancel();
        assertDropped(batcher, DropReason.CANCELLED_QUEUED);
        running.cancel();
        assertDropped(batcher, DropReason.CANCELLED_QUEUED, DropReason.CANCELLED_RUNNING);
        running.cancel();
        assertDropped(batcher, DropReason.CANCELLED_QUEUED, DropReason.CANCELLED_RUNNING);
    }

    @Test
    void whoStandsThereWhenTheModelStops() {
        enqueue(batcher, "running", Requests.ofIds(1));
        enqueue(batcher, "waiting", Requests.ofIds(2));
        batcher.refuseAll(new InferenceError.Draining());
        assertDropped(batcher, DropReason.DRAINING);
        batcher.abandonRunning(new InferenceError.Draining());
        assertDropped(batcher, DropReason.DRAINING, DropReason.DRAINING);
    }

    @Test
    void whoComesAfterTheModelHasFailed() {
        batcher.refuseAll(new InferenceError.ModelNotReady(Requests.MODEL, "gone", InferenceError.NO_RETRY));
        enqueue(batcher, "later", Requests.ofIds(1));
        assertDropped(batcher, DropReason.MODEL_FAILED);
    }

    @Test
    void showsWhatItKnowsAndWhatItDecidesFrom() {
        enqueue(knowing, "a", Requests.ofIds(1, 2));
        ticker.advance(20);
        enqueue(knowing, "b", Requests.by("c", 1, Requests.ofIds(3)));
        enqueue(knowing, "c", Requests.ofIds(4, 5, 6));
        ticker.advance(5);
        BatchingReport report = knowing.report();
        LearnedLatency latency = report.latency();
        assertEquals(100, latency.batches());
        assertEquals(1, latency.fewestRows());
        assertEquals(8, latency.mostRows());
        assertTrue(latency.known());
        assertEquals(100, latency.batchNanos(), 1);
        assertEquals(10, latency.rowNanos(), 0.1);
        assertEquals(0, latency.noise(), 0.01);
        assertEquals(8, latency.usefulRows(), "the line asks for 500, but it was drawn through no more than 8");
        assertEquals(100, report.profile().size());
        assertEquals(new BatchingReport.Measured(8, 180), report.profile().get(3));
        assertEquals(MAX_ROWS, report.nextRows());
        assertEquals(new BatchingReport.Queue(2, 4, 5, List.of(1, 0, 1, 0)), report.queue());
        assertEquals(0, report.idleInstances());
        assertEquals(1, report.running().size());
        BatchingReport.Running running = report.running().getFirst();
        assertEquals(2, running.rows());
        assertEquals(25, running.sinceNanos());
        assertTrue(Math.abs(95 - running.leftNanos()) <= 1, running.toString());
    }

    @Test
    void showsThatItKnowsNothing() {
        BatchingReport report = batcher.report();
        assertEquals(0, report.latency().batches());
        assertFalse(report.latency().known());
        assertEquals(List.of(), report.profile());
        assertEquals(MAX_ROWS, report.nextRows());
        assertEquals(new BatchingReport.Queue(0, 0, 0, List.of(0, 0, 0, 0)), report.queue());
        assertEquals(1, report.idleInstances());
        assertEquals(List.of(), report.running());
    }

    @Test
    void saysThatThePolicyWouldWait() {
        BatchPolicy patient = (queue, latency, now) -> new BatchDecision.WaitUntil(now + 1);
        Batcher waiting = new Batcher(
                Requests.MODEL, new BatcherOptions(patient, MAX_QUEUE, listener), instances, ticker, nanos -> {});
        assertEquals(0, waiting.report().nextRows());
    }

    /** What was shown does not change behind the reader's back. */
    @Test
    void aReportIsOneMoment() {
        BatchingReport before = batcher.report();
        enqueue(batcher, "a", Requests.ofIds(1));
        batcher.refuseAll(new InferenceError.Draining());
        enqueue(batcher, "b", Requests.ofIds(2));
        assertEquals(0L, before.batches().getOrDefault(FlushReason.ALL, 0L));
        assertEquals(0L, before.dropped().getOrDefault(DropReason.DRAINING, 0L));
        assertEquals(1L, batcher.report().batches().getOrDefault(FlushReason.ALL, 0L));
    }
}
