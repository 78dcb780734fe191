package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is cancelled, who expires, who is refused because of a deadline, and when the batcher asks to be woken. */
class BatcherDeadlineTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final FakeInstances instances = new FakeInstances(1, new EchoEngine());
    private final List<Long> wakeUps = new ArrayList<>();

    private Batcher batcher(BatchPolicy policy, List<LatencyPoint> profile, BatchListener listener) {
        BatcherOptions options = new BatcherOptions(policy, 100, profile, listener);
        return new Batcher(Requests.MODEL, options, instances, ticker, wakeUps::add);
    }

    private Batcher batcher() {
        return batcher(new GreedyPolicy(8), List.of(), BatchListener.NONE);
    }

    /** Of a model that takes 100 ns for a batch and 10 ns for each row. */
    private Batcher profiled() {
        List<LatencyPoint> profile = IntStream.range(0, 100)
                .map(i -> 1 << i % 4)
                .mapToObj(rows -> new LatencyPoint(rows, 100 + 10 * rows))
                .toList();
        return batcher(new GreedyPolicy(8), profile, BatchListener.NONE);
    }

    private Pending enqueue(Batcher batcher, String name, InferenceRequest request) {
        Pending pending = batcher.enqueue(request, outcomes.of(name));
        batcher.dispatch();
        return pending;
    }

    private static InferenceRequest until(long nanos, long id) {
        return Requests.of(new Deadline(nanos), id);
    }

    @Test
    void whoIsCancelledWhileWaitingIsGoneAtOnce() {
        RecordingListener listener = new RecordingListener();
        Batcher batcher = batcher(new GreedyPolicy(8), List.of(), listener);
        enqueue(batcher, "busy", Requests.ofIds(1));
        Pending pending = enqueue(batcher, "gone", Requests.ofIds(2));
        enqueue(batcher, "stays", Requests.ofIds(3));
        listener.takeEvents();
        pending.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("gone"));
        assertEquals(List.of("dropped CANCELLED_QUEUED", "queued 1 of priority 3"), listener.takeEvents());
        pending.cancel();
        instances.finishAll();
        assertEquals(List.of(1, 1), instances.startedRows());
        assertEquals("[3]", outcomes.ids("stays"));
    }

    @Test
    void whoIsCancelledWhileRunningHearsItAtOnceAndItsNeighboursGetTheirAnswer() {
        RecordingListener listener = new RecordingListener();
        Batcher batcher = batcher(new GreedyPolicy(8), List.of(), listener);
        enqueue(batcher, "busy", Requests.ofIds(1));
        Pending pending = enqueue(batcher, "gone", Requests.ofIds(2, 3));
        enqueue(batcher, "stays", Requests.ofIds(4));
        instances.finishNext();
        pending.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("gone"));
        listener.takeEvents();
        instances.finishNext();
        assertEquals("[4]", outcomes.ids("stays"));
        assertTrue(listener.takeEvents().contains("answered 1 1 0"));
    }

    @Test
    void aBatchWhoseClientsHaveAllGoneIsWithdrawn() {
        RecordingListener listener = new RecordingListener();
        Batcher batcher = batcher(new GreedyPolicy(8), List.of(), listener);
        enqueue(batcher, "busy", Requests.ofIds(1));
        Pending first = enqueue(batcher, "first", Requests.ofIds(2));
        Pending second = enqueue(batcher, "second", Requests.ofIds(3));
        instances.finishNext();
        first.cancel();
        batcher.dispatch();
        assertEquals(List.of(), instances.withdrawn(), "somebody waits for it still");
        second.cancel();
        batcher.dispatch();
        batcher.dispatch();
        assertEquals(List.of(instances.started().get(1)), instances.withdrawn());
        enqueue(batcher, "next", Requests.ofIds(4));
        listener.takeEvents();
        long learnedFrom = batcher.report().latency().batches();
        instances.finishNext();
        assertEquals(List.of("withdrawn"), listener.takeEvents().subList(0, 1));
        assertEquals(learnedFrom, batcher.report().latency().batches(), "half a run says nothing of a whole one");
        instances.finishNext();
        assertEquals("[4]", outcomes.ids("next"));
    }

    @Test
    void aWithdrawnBatchThatIsLateAlreadyTeachesThat() {
        Batcher batcher = profiled();
        int before = batcher.report().latency().batches();
        long predicted = batcher.latency().nanos(1);
        Pending pending = enqueue(batcher, "gone", Requests.ofIds(1));
        ticker.advance(3 * predicted);
        pending.cancel();
        batcher.dispatch();
        assertEquals(1, instances.withdrawn().size());
        instances.finishNext();
        assertEquals(before + 1, batcher.report().latency().batches());
        assertTrue(batcher.latency().nanos(1) > predicted);
    }

    @Test
    void aBatchWhoseMembersHaveExpiredGoesOnForWhatItTakesIsNews() {
        Batcher batcher = batcher();
        enqueue(batcher, "late", until(500, 1));
        Pending pending = enqueue(batcher, "busy", Requests.ofIds(2));
        ticker.advance(501);
        batcher.wake();
        assertEquals(new InferenceError.DeadlineExceeded("execution"), outcomes.get("late"));
        assertEquals(List.of(), instances.withdrawn());
        pending.cancel();
        instances.finishNext();
        assertEquals(1, batcher.report().latency().batches());
    }

    @Test
    void whoIsCancelledBeforeItsSecondChanceIsNotRun() {
        FakeInstances failing = new FakeInstances(1, new EchoEngine().poison(2));
        Batcher batcher = new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(8), 100, BatchListener.NONE),
                failing,
                ticker,
                wakeUps::add);
        enqueue(batcher, "busy", Requests.ofIds(1));
        enqueue(batcher, "poisoned", Requests.ofIds(2));
        Pending pending = enqueue(batcher, "gone", Requests.ofIds(3));
        failing.finishNext();
        failing.finishNext();
        pending.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("gone"));
        failing.finishAll();
        assertEquals(List.of(1, 2, 1), failing.startedRows());
    }

    @Test
    void asksToBeWokenForTheEarliestDeadlineOnly() {
        Batcher batcher = batcher();
        enqueue(batcher, "busy", until(500, 1));
        enqueue(batcher, "later", until(700, 2));
        enqueue(batcher, "sooner", until(300, 3));
        assertEquals(List.of(500L, 300L), wakeUps);
        ticker.advance(300);
        batcher.wake();
        assertEquals(new InferenceError.DeadlineExceeded("queue"), outcomes.get("sooner"));
        assertEquals(List.of(500L, 300L, 500L), wakeUps);
        assertFalse(outcomes.has("busy"));
    }

    @Test
    void aRunningRequestIsToldAtItsDeadlineAndItsAnswerIsDiscarded() {
        Batcher batcher = batcher();
        enqueue(batcher, "late", until(100, 1));
        ticker.advance(100);
        batcher.wake();
        assertEquals(new InferenceError.DeadlineExceeded("execution"), outcomes.get("late"));
        instances.finishNext();
        enqueue(batcher, "next", Requests.ofIds(2));
        instances.finishAll();
        assertEquals("[2]", outcomes.ids("next"));
        assertEquals(2, outcomes.count());
    }

    @Test
    void isWokenWhenThePolicyHasWaitedLongEnough() {
        BatchPolicy patient = (queue, latency, now) -> !queue.canFlush()
                ? BatchDecision.UNTIL_SOMETHING_HAPPENS
                : queue.rows() >= 2 || now - queue.oldestEnqueuedNanos() >= 50
                        ? new BatchDecision.Flush(8)
                        : new BatchDecision.WaitUntil(queue.oldestEnqueuedNanos() + 50);
        Batcher batcher = batcher(patient, List.of(), BatchListener.NONE);
        ticker.advance(10);
        enqueue(batcher, "alone", Requests.ofIds(1));
        assertTrue(instances.started().isEmpty());
        assertEquals(List.of(60L), wakeUps);
        ticker.advance(50);
        batcher.wake();
        assertEquals(List.of(1), instances.startedRows());
    }

    @Test
    void refusesAtOnceWhoCannotMakeItWhileTheInstanceIsBusy() {
        Batcher batcher = profiled();
        enqueue(batcher, "busy", Requests.ofIds(1));
        enqueue(batcher, "hopeless", until(109, 2));
        enqueue(batcher, "displaced", until(215, 3));
        enqueue(batcher, "possible", until(225, 4));
        assertEquals(new InferenceError.DeadlineExceeded("enqueue"), outcomes.get("hopeless"));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("displaced"));
        assertFalse(outcomes.has("possible"));
    }

    @Test
    void triesWhoSeemsHopelessWhenTheInstanceIsIdle() {
        Batcher batcher = profiled();
        enqueue(batcher, "hopeless", until(50, 1));
        instances.finishAll();
        assertEquals("[1]", outcomes.ids("hopeless"));
    }

    @Test
    void whoHasTimeIsNeverPassedOver() {
        Batcher batcher = profiled();
        for (int id = 0; id < 30; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(List.of(1, 8, 8, 8, 5), instances.startedRows());
    }

    /** Serving the head in time would need a batch of three; giving it up lets the eight behind it share one. */
    @Test
    void givesUpTheHeadForTheMany() {
        Batcher batcher = profiled();
        enqueue(batcher, "busy", Requests.ofIds(0));
        enqueue(batcher, "head", until(252, 1));
        for (int id = 2; id <= 9; id++) {
            enqueue(batcher, "r" + id, until(320, id));
        }
        ticker.advance(110);
        instances.finishNext();
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("head"));
        assertEquals(List.of(1, 8), instances.startedRows());
    }

    /** They came so slowly that there is time for a second batch: the head is served with as many as it has time for. */
    @Test
    void servesTheHeadWhenTheOthersCanWait() {
        Batcher batcher = profiled();
        enqueue(batcher, "busy", Requests.ofIds(new long[90]));
        enqueue(batcher, "head", until(1142, 1));
        for (int id = 2; id <= 9; id++) {
            enqueue(batcher, "r" + id, until(1600, id));
        }
        ticker.advance(1000);
        instances.finishNext();
        assertFalse(outcomes.has("head"));
        assertEquals(List.of(90, 4), instances.startedRows());
        ticker.advance(140);
        instances.finishNext();
        assertEquals("[1]", outcomes.ids("head"));
        assertEquals(List.of(90, 4, 5), instances.startedRows());
    }
}
