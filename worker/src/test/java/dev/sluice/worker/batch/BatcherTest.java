package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When batches leave, what is in them, and who is refused. */
class BatcherTest {

    private static final int MAX_ROWS = 4;
    private static final int MAX_QUEUE = 6;

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final RecordingListener listener = new RecordingListener();
    private final FakeInstances instances = new FakeInstances(1, new EchoEngine());
    private final Batcher batcher = batcher(instances);

    private Batcher batcher(FakeInstances instances) {
        return new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(MAX_ROWS), MAX_QUEUE, listener),
                instances,
                ticker,
                nanos -> {});
    }

    private void enqueue(String name, InferenceRequest request) {
        batcher.enqueue(request, outcomes.of(name));
        batcher.dispatch();
    }

    @Test
    void flushesWhenAnInstanceIsIdle() {
        enqueue("a", Requests.ofIds(1));
        assertEquals(List.of(1), instances.startedRows());
        instances.finishNext();
        assertEquals("[1]", outcomes.ids("a"));
    }

    @Test
    void gathersWhileEveryInstanceIsBusy() {
        for (int id = 1; id <= 6; id++) {
            enqueue("r" + id, Requests.ofIds(id));
        }
        assertEquals(List.of(1), instances.startedRows());
        instances.finishAll();
        assertEquals(List.of(1, 4, 1), instances.startedRows());
        for (int id = 1; id <= 6; id++) {
            assertEquals("[" + id + "]", outcomes.ids("r" + id));
        }
    }

    @Test
    void keepsEveryInstanceBusy() {
        FakeInstances three = new FakeInstances(3, new EchoEngine());
        Batcher wide = batcher(three);
        for (int id = 1; id <= 5; id++) {
            wide.enqueue(Requests.ofIds(id), outcomes.of("r" + id));
            wide.dispatch();
        }
        assertEquals(3, three.running());
        three.finish(2);
        assertEquals("[3]", outcomes.ids("r3"));
        assertEquals(List.of(1, 1, 1, 2), three.startedRows());
    }

    @Test
    void neverMixesShapesOrOutputSelections() {
        enqueue("busy", Requests.ofIds(0));
        enqueue("narrow1", Requests.of(Requests.FAR, 1, List.of("y"), 1));
        enqueue("wide", Requests.of(Requests.FAR, 2, List.of("y"), 2));
        enqueue("both", Requests.of(Requests.FAR, 1, List.of("y", "z"), 3));
        enqueue("narrow2", Requests.of(Requests.FAR, 1, List.of("y"), 4));
        instances.finishAll();
        assertEquals(List.of(1, 2, 1, 1), instances.startedRows());
        assertEquals("[4]", outcomes.ids("narrow2"));
        assertEquals("[2, 2]", outcomes.ids("wide"));
        assertEquals(2, outcomes.response("both").outputs().size());
    }

    @Test
    void aRequestLargerThanABatchRunsAlone() {
        enqueue("busy", Requests.ofIds(0));
        enqueue("small", Requests.ofIds(1));
        enqueue("large", Requests.ofIds(2, 3, 4, 5, 6, 7));
        instances.finishAll();
        assertEquals(List.of(1, 1, 6), instances.startedRows());
        assertEquals("[2, 3, 4, 5, 6, 7]", outcomes.ids("large"));
    }

    @Test
    void refusesWhenTheQueueIsFull() {
        for (int i = 0; i <= MAX_QUEUE; i++) {
            enqueue("r" + i, Requests.ofIds(i));
        }
        assertEquals(0, outcomes.count());
        enqueue("late", Requests.ofIds(99));
        InferenceError.Overloaded error = assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("late"));
        assertTrue(error.message().contains("echo/1") && error.message().contains("6 requests"), error.message());
        assertTrue(error.retryAfterMillis() > 0);
        instances.finishAll();
        assertEquals(MAX_QUEUE + 2, outcomes.count());
        assertEquals("[6]", outcomes.ids("r6"));
    }

    @Test
    void makesRoomByDroppingWhatHasExpired() {
        enqueue("busy", Requests.ofIds(0));
        for (int i = 1; i <= MAX_QUEUE; i++) {
            enqueue("r" + i, Requests.of(i == 3 ? Requests.FAR : new Deadline(10), i));
        }
        ticker.advance(10);
        enqueue("new", Requests.ofIds(7));
        assertEquals(new InferenceError.DeadlineExceeded("queue"), outcomes.get("r1"));
        assertEquals(MAX_QUEUE - 1, outcomes.count());
        instances.finishAll();
        assertEquals("[3]", outcomes.ids("r3"));
        assertEquals("[7]", outcomes.ids("new"));
        assertEquals(List.of(1, 2), instances.startedRows());
    }

    @Test
    void refusesWhatHasExpiredAlready() {
        ticker.advance(10);
        enqueue("late", Requests.of(new Deadline(10), 1));
        assertEquals(new InferenceError.DeadlineExceeded("enqueue"), outcomes.get("late"));
        assertTrue(instances.started().isEmpty());
    }

    @Test
    void neverRunsWhatExpiredInTheQueue() {
        enqueue("busy", Requests.ofIds(0));
        enqueue("patient", Requests.ofIds(1));
        enqueue("hasty", Requests.of(new Deadline(5), 2));
        enqueue("other", Requests.of(new Deadline(5), 2, List.of("y"), 3));
        ticker.advance(5);
        instances.finishAll();
        assertEquals(new InferenceError.DeadlineExceeded("queue"), outcomes.get("hasty"));
        assertEquals(new InferenceError.DeadlineExceeded("queue"), outcomes.get("other"));
        assertEquals("[1]", outcomes.ids("patient"));
        assertEquals(1, outcomes.response("patient").timing().batchRows());
        assertEquals(List.of(1, 1), instances.startedRows());
    }

    @Test
    void saysWhereTheTimeWent() {
        long came = ticker.nanos();
        enqueue("busy", Requests.ofIds(0));
        ticker.advance(100);
        enqueue("a", Requests.ofIds(1));
        ticker.advance(20);
        enqueue("b", Requests.ofIds(2, 3));
        ticker.advance(3);
        instances.finishNext();
        ticker.advance(1000);
        instances.finishNext();
        assertEquals(
                new Timing(0, EchoEngine.GATHER_NANOS, EchoEngine.RUN_NANOS, 1, came + 123),
                outcomes.response("busy").timing());
        assertEquals(
                new Timing(23, EchoEngine.GATHER_NANOS, EchoEngine.RUN_NANOS, 3, came + 1_123),
                outcomes.response("a").timing());
        assertEquals(
                new Timing(3, EchoEngine.GATHER_NANOS, EchoEngine.RUN_NANOS, 3, came + 1_123),
                outcomes.response("b").timing());
    }

    @Test
    void tellsItsListener() {
        enqueue("a", Requests.ofIds(1, 2));
        assertEquals(List.of("waited 0", "flushed 1 2 ALL"), listener.takeEvents());
        enqueue("b", Requests.ofIds(3));
        enqueue("c", Requests.ofIds(4, 5));
        assertEquals(List.of("queued 1 of priority 3", "queued 2 of priority 3"), listener.takeEvents());
        ticker.advance(9);
        instances.finishNext();
        assertEquals(
                List.of(
                        "learned 0 9 1",
                        "ran 3 7",
                        "answered 1 2 0",
                        "waited 9",
                        "waited 9",
                        "flushed 2 3 ALL",
                        "queued 0 of priority 3"),
                listener.takeEvents());
        instances.finishNext();
        assertEquals(List.of("learned 0 0 2", "ran 3 7", "answered 2 3 18"), listener.takeEvents());
    }

    @Test
    void refusesOnlyWhatStillWaits() {
        enqueue("running", Requests.ofIds(1));
        enqueue("waiting", Requests.ofIds(2));
        enqueue("wide", Requests.of(Requests.FAR, 2, List.of("y"), 3));
        batcher.refuseAll(new InferenceError.Draining());
        assertEquals(new InferenceError.Draining(), outcomes.get("waiting"));
        assertEquals(new InferenceError.Draining(), outcomes.get("wide"));
        assertFalse(outcomes.has("running"));
        instances.finishAll();
        assertEquals("[1]", outcomes.ids("running"));
        assertEquals(1, instances.started().size());
    }

    @Test
    void refusesWhatComesLaterToo() {
        batcher.refuseAll(new InferenceError.Draining());
        enqueue("later", Requests.ofIds(1));
        assertEquals(new InferenceError.Draining(), outcomes.get("later"));
    }

    @Test
    void theListenerHearsThatTheQueueWasEmptied() {
        enqueue("running", Requests.ofIds(1));
        enqueue("waiting", Requests.ofIds(2));
        listener.takeEvents();
        batcher.refuseAll(new InferenceError.Draining());
        assertEquals(List.of("dropped DRAINING", "queued 0 of priority 3"), listener.takeEvents());
    }

    @Test
    void saysWhatItCanDoOnceItHasLearnedThat() {
        assertFalse(batcher.capacity().isKnown());
        for (int i = 0; i < 8; i++) {
            for (int id = 0; id <= MAX_ROWS; id++) {
                enqueue("r" + i + id, Requests.ofIds(id));
            }
            finishAfter(1_000);
            finishAfter(1_000);
        }
        Capacity capacity = batcher.capacity();
        assertTrue(capacity.isKnown());
        assertEquals(new Capacity(MAX_QUEUE, 1, MAX_ROWS, capacity.fixedNanos(), capacity.rowNanos()), capacity);
        assertTrue(Math.abs(capacity.batchNanos() - 1_000) < 500, capacity.toString());
    }

    @Test
    void tellsWhoIsRefusedWhenItsWorkIsDone() {
        for (int i = 0; i < 8; i++) {
            for (int id = 0; id <= MAX_ROWS; id++) {
                enqueue("r" + i + id, Requests.ofIds(id));
            }
            finishAfter(TimeUnit.SECONDS.toNanos(4));
            finishAfter(TimeUnit.SECONDS.toNanos(4));
        }
        for (int id = 0; id <= MAX_QUEUE + 1; id++) {
            enqueue("late " + id, Requests.ofIds(id));
        }
        InferenceError.Overloaded error =
                assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("late " + (MAX_QUEUE + 1)));
        assertTrue(
                Math.abs(error.retryAfterMillis() - 6_000) < 1_500,
                "six that wait, four in a batch of four seconds: " + error.retryAfterMillis());
    }

    private void finishAfter(long nanos) {
        ticker.advance(nanos);
        instances.finishNext();
    }
}
