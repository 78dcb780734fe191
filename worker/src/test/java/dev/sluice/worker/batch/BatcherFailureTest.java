package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A batch that fails, or that cannot be cut apart, costs nobody an answer but the one who is to blame. */
class BatcherFailureTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();

    private Batcher batcher(FakeInstances instances) {
        return batcher(instances, 8);
    }

    private Batcher batcher(FakeInstances instances, int maxRows) {
        return new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(maxRows), 100, BatchListener.NONE),
                instances,
                ticker,
                nanos -> {});
    }

    private void enqueue(Batcher batcher, String name, InferenceRequest request) {
        batcher.enqueue(request, outcomes.of(name));
        batcher.dispatch();
    }

    @Test
    void onlyThePoisonedRequestFails() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(3));
        Batcher batcher = batcher(instances);
        for (int id = 0; id <= 4; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(List.of(1, 4, 2, 2, 1, 1), instances.startedRows());
        assertEquals(EchoEngine.FAILURE, outcomes.get("r3"));
        for (int id : new int[] {0, 1, 2, 4}) {
            assertEquals("[" + id + "]", outcomes.ids("r" + id));
        }
    }

    @Test
    void onlyRunsThatAnswerAreToldAsAnswered() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(3));
        RecordingListener listener = new RecordingListener();
        Batcher batcher = new Batcher(
                Requests.MODEL, new BatcherOptions(new GreedyPolicy(8), 100, listener), instances, ticker, nanos -> {});
        for (int id = 0; id <= 4; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        List<String> events = listener.takeEvents();
        assertEquals(
                List.of("answered 1 1 0", "answered 2 2 0", "answered 1 1 0"),
                events.stream().filter(event -> event.startsWith("answered")).toList());
        assertEquals(3, events.stream().filter("failed"::equals).count());
        assertEquals(
                5, events.stream().filter(event -> event.startsWith("waited")).count(), "who runs again waited once");
    }

    @Test
    void theFailureOfARequestThatRanAloneIsFinal() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(1));
        Batcher batcher = batcher(instances);
        enqueue(batcher, "poisoned", Requests.ofIds(1));
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("poisoned"));
        assertEquals(1, instances.started().size());
    }

    @Test
    void batchesAgainAfterAFailure() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(2));
        Batcher batcher = batcher(instances);
        for (int id = 0; id <= 2; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishNext();
        instances.finishNext();
        enqueue(batcher, "next1", Requests.ofIds(11));
        enqueue(batcher, "next2", Requests.ofIds(12));
        instances.finishAll();
        assertEquals(List.of(1, 2, 1, 1, 2), instances.startedRows());
        assertEquals("[12]", outcomes.ids("next2"));
    }

    @Test
    void neverRunsWhatExpiresBeforeItsSecondChance() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(1));
        Batcher batcher = batcher(instances);
        enqueue(batcher, "busy", Requests.ofIds(0));
        enqueue(batcher, "poisoned", Requests.ofIds(1));
        enqueue(batcher, "hasty", Requests.of(new Deadline(10), 2));
        instances.finishNext();
        instances.finishNext();
        ticker.advance(10);
        instances.finishAll();
        assertEquals(new InferenceError.DeadlineExceeded("queue"), outcomes.get("hasty"));
        assertEquals(List.of(1, 2, 1), instances.startedRows());
    }

    @Test
    void refusesThoseThatWaitForTheirSecondChance() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(1));
        Batcher batcher = batcher(instances);
        for (int id = 0; id <= 2; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishNext();
        instances.finishNext();
        batcher.refuseAll(new InferenceError.Draining());
        assertEquals(new InferenceError.Draining(), outcomes.get("r2"));
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("r1"));
        assertEquals(3, outcomes.count());
    }

    @Test
    void oneCulpritIsFoundByHalving() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine().poison(32));
        Batcher batcher = batcher(instances, 32);
        for (int id = 0; id <= 32; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(List.of(1, 32, 16, 16, 8, 8, 4, 4, 2, 2, 1, 1), instances.startedRows());
        assertEquals(EchoEngine.FAILURE, outcomes.get("r32"));
        assertEquals("[31]", outcomes.ids("r31"));
    }

    @Test
    void whoIsLeftWhenTheBudgetIsSpentRunsAlone() {
        EchoEngine engine = new EchoEngine();
        for (int id = 1; id <= 16; id++) {
            engine.poison(id);
        }
        FakeInstances instances = new FakeInstances(1, engine);
        Batcher batcher = batcher(instances, 16);
        for (int id = 0; id <= 16; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(List.of(8, 8, 4, 4, 4, 4), instances.startedRows().subList(2, 8), "6 runs, and then one by one");
        assertEquals(Collections.nCopies(16, 1), instances.startedRows().subList(8, 24));
        assertEquals(24, instances.started().size());
    }

    /** As if it had memory for that many rows. */
    private static Function<Batch, BatchResult> withRoomFor(int rows) {
        EchoEngine echo = new EchoEngine();
        return batch -> batch.rows() > rows ? new BatchResult.Failed(EchoEngine.FAILURE, true) : echo.apply(batch);
    }

    @Test
    void halvesWhatThereIsTooLittleMemoryFor() {
        FakeInstances instances = new FakeInstances(1, withRoomFor(3));
        Batcher batcher = batcher(instances, 16);
        for (int id = 0; id <= 32; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(
                List.of(1, 16, 8, 4),
                instances.startedRows().subList(0, 4),
                "each time that memory runs out, batches become half as large");
        assertEquals(Collections.nCopies(16, 2), instances.startedRows().subList(4, 20));
        for (int id = 0; id <= 32; id++) {
            assertEquals("[" + id + "]", outcomes.ids("r" + id));
        }
    }

    @Test
    void whoIsTooLargeAloneGetsItsErrorAndSpoilsNothing() {
        FakeInstances instances = new FakeInstances(1, withRoomFor(3));
        Batcher batcher = batcher(instances, 16);
        enqueue(batcher, "monster", Requests.ofIds(1, 2, 3, 4));
        enqueue(batcher, "r1", Requests.ofIds(11));
        enqueue(batcher, "r2", Requests.ofIds(12));
        enqueue(batcher, "r3", Requests.ofIds(13));
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("monster"));
        assertEquals(List.of(4, 3), instances.startedRows());
    }

    @Test
    void whoHasItsOutcomeWhileItRunsLetsGoOfItsTensors() {
        FakeInstances instances = new FakeInstances(1, new EchoEngine());
        Batcher batcher = batcher(instances);
        Pending pending = batcher.enqueue(Requests.ofIds(1), outcomes.of("gone"));
        batcher.dispatch();
        pending.cancel();
        Batch running = instances.started().getFirst();
        QueuedRequest member = running.members().getFirst();
        assertThrows(NullPointerException.class, member::request);
        assertEquals(1, running.requests().size(), "whoever runs it may still read them");
        instances.finishAll();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("gone"));
    }

    /** Sums its rows up: a model whose axis 0 does not count rows. */
    private static Function<Batch, BatchResult> summing(Shape output) {
        EchoEngine echo = new EchoEngine();
        return batch -> switch (echo.apply(batch)) {
            case BatchResult.Failed failed -> failed;
            case BatchResult.Withdrawn withdrawn -> withdrawn;
            case BatchResult.Ran ran -> {
                long sum = 0;
                for (int at = 0; at < ran.outputs().getFirst().byteCount(); at += Long.BYTES) {
                    sum += ran.outputs().getFirst().data().getLong(at);
                }
                yield new BatchResult.Ran(List.of(Tensors.ofLongs("y", output, sum)), 0, 0);
            }
        };
    }

    @Test
    void runsOneAtATimeOnceRowsOutAreNotRowsIn() {
        FakeInstances instances = new FakeInstances(1, summing(new Shape(1)));
        Batcher batcher = batcher(instances);
        for (int id = 0; id <= 5; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id, 10));
        }
        instances.finishNext();
        enqueue(batcher, "later", Requests.ofIds(100));
        instances.finishAll();
        assertEquals(List.of(2, 8, 2, 2, 2, 2, 2, 1), instances.startedRows());
        for (int id = 0; id <= 5; id++) {
            assertEquals("[" + (10 + id) + "]", outcomes.ids("r" + id));
        }
        assertEquals("[100]", outcomes.ids("later"));
    }

    @Test
    void aScalarAnswerIsNotCutApartEither() {
        FakeInstances instances = new FakeInstances(1, summing(Shape.SCALAR));
        Batcher batcher = batcher(instances);
        for (int id = 0; id <= 2; id++) {
            enqueue(batcher, "r" + id, Requests.ofIds(id));
        }
        instances.finishAll();
        assertEquals(List.of(1, 2, 1, 1), instances.startedRows());
        assertEquals("[2]", outcomes.ids("r2"));
    }
}
