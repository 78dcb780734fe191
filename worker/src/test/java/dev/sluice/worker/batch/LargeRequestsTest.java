package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Requests of more rows than a batch: split, run in company, and joined again. */
class LargeRequestsTest {

    private static final int MAX_ROWS = 4;
    private static final int MAX_QUEUE = 3;

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final RecordingListener listener = new RecordingListener();
    private final EchoEngine echo = new EchoEngine();
    private final List<InferenceRequest> stopped = new ArrayList<>();
    private FakeInstances instances = new FakeInstances(1, echo);
    private Batcher batcher = batcher();
    private LargeRequests requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);

    private Batcher batcher() {
        BatcherOptions options = new BatcherOptions(new GreedyPolicy(MAX_ROWS), MAX_QUEUE, listener);
        return new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
    }

    private void startWith(int instanceCount, Function<Batch, BatchResult> engine) {
        instances = new FakeInstances(instanceCount, engine);
        batcher = batcher();
        requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);
    }

    private Pending enqueue(String name, InferenceRequest request) {
        Pending pending = requests.enqueue(request, outcomes.of(name));
        batcher.dispatch();
        return pending;
    }

    /** Ids from 1 up. */
    private static InferenceRequest ofRows(int rows) {
        return Requests.ofIds(LongStream.rangeClosed(1, rows).toArray());
    }

    private static String ids(int rows) {
        return LongStream.rangeClosed(1, rows).boxed().toList().toString();
    }

    @Test
    void aLargeRequestRunsInPiecesAndIsAnsweredInOnePiece() {
        enqueue("large", ofRows(10));
        assertEquals(List.of(4), instances.startedRows());
        instances.finishNext();
        assertEquals(0, outcomes.count());
        instances.finishAll();
        assertEquals(List.of(4, 4, 2), instances.startedRows());
        assertEquals(ids(10), outcomes.ids("large"));
        Tensor output = outcomes.response("large").outputs().getFirst();
        assertEquals(new Shape(10, 1), output.shape());
        assertEquals("y", output.name());
    }

    @Test
    void whatFitsIsLeftAlone() {
        enqueue("fits", ofRows(MAX_ROWS));
        instances.finishAll();
        assertEquals(List.of(MAX_ROWS), instances.startedRows());
        assertEquals(ids(MAX_ROWS), outcomes.ids("fits"));
    }

    @Test
    void piecesAreViews() {
        InferenceRequest request = ofRows(6);
        enqueue("large", request);
        instances.finishNext();
        Tensor piece = instances.started().get(1).first().inputs().getFirst();
        request.inputs().getFirst().data().putLong(5 * Long.BYTES, 77);
        assertEquals("[5, 77]", Tensors.text(piece));
    }

    @Test
    void stringsAreCutAndJoinedByTheirLengths() {
        startWith(1, batch -> new BatchResult.Ran(batch.first().inputs(), 0, 0));
        String[] words = {"", "eins", "zwei", "", "drei", "vier!"};
        Tensor strings = Tensors.ofStrings("s", new Shape(6, 1), words);
        enqueue("large", Requests.of(Requests.FAR, List.of("s"), strings));
        instances.finishAll();
        assertEquals(List.of(4, 2), instances.startedRows());
        assertEquals(List.of(words).toString(), outcomes.ids("large"));
    }

    @Test
    void everyIdleInstanceTakesAPiece() {
        startWith(3, echo);
        enqueue("large", ofRows(18));
        assertEquals(List.of(4, 4, 4), instances.startedRows());
        instances.finish(2);
        instances.finish(1);
        instances.finishAll();
        assertEquals(ids(18), outcomes.ids("large"));
    }

    @Test
    void itHoldsOnePlaceInTheQueueAndKeepsIt() {
        enqueue("busy", Requests.ofIds(0));
        enqueue("large", ofRows(40));
        for (int i = 1; i < MAX_QUEUE; i++) {
            enqueue("r" + i, Requests.ofIds(i));
        }
        enqueue("refused", Requests.ofIds(99));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("refused"));
        instances.finishNext();
        enqueue("refused too", Requests.ofIds(98));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("refused too"));
        instances.finishAll();
        assertEquals(ids(40), outcomes.ids("large"));
    }

    @Test
    void aFullQueueRefusesAllOfIt() {
        enqueue("busy", Requests.ofIds(0));
        for (int i = 0; i < MAX_QUEUE; i++) {
            enqueue("r" + i, Requests.ofIds(i));
        }
        enqueue("large", ofRows(9));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("large"));
        instances.finishAll();
        assertEquals(List.of(1, 3), instances.startedRows());
    }

    @Test
    void othersWaitForOnePieceAtATime() {
        enqueue("large", ofRows(40));
        enqueue("small", Requests.ofIds(77));
        instances.finishNext();
        instances.finishNext();
        instances.finishNext();
        assertEquals("[77]", outcomes.ids("small"));
        instances.finishAll();
        assertEquals(ids(40), outcomes.ids("large"));
    }

    @Test
    void theLastPieceFindsCompany() {
        enqueue("busy", Requests.ofIds(0));
        enqueue("large", ofRows(6));
        instances.finishNext();
        enqueue("small", Requests.ofIds(77));
        instances.finishAll();
        assertEquals(List.of(1, 4, 3), instances.startedRows());
        assertEquals(
                7,
                outcomes.response("large").timing().batchRows()
                        + outcomes.response("small").timing().batchRows());
    }

    @Test
    void onePieceThatFailsFailsTheRequestOnceAndEndsTheRest() {
        echo.poison(6);
        enqueue("large", ofRows(20));
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("large"));
        assertEquals(List.of(4, 4), instances.startedRows());
        enqueue("next", Requests.ofIds(50));
        instances.finishAll();
        assertEquals("[50]", outcomes.ids("next"));
    }

    /** The owner of the inputs takes some errors for a promise that nobody reads them. */
    @Test
    void theOutcomeWaitsForThePiecesThatRun() {
        InferenceError wrong = new InferenceError.InvalidRequest("inputs", "wrong");
        startWith(2, batch -> new BatchResult.Failed(wrong));
        enqueue("large", ofRows(20));
        instances.finish(0);
        assertEquals(0, outcomes.count());
        assertEquals(List.of(4, 4), instances.startedRows());
        instances.finishNext();
        assertEquals(wrong, outcomes.get("large"));
    }

    @Test
    void theDeadlineReachesAllPieces() {
        startWith(2, echo);
        enqueue("large", Requests.of(new Deadline(10), LongStream.range(0, 20).toArray()));
        ticker.advance(10);
        batcher.wake();
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.get("large"));
        instances.finishAll();
        assertEquals(List.of(4, 4), instances.startedRows());
    }

    @Test
    void aClientThatGoesTakesAllPiecesAlong() {
        startWith(2, echo);
        Pending large = enqueue("large", ofRows(20));
        large.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("large"));
        large.cancel();
        instances.finishAll();
        assertEquals(List.of(4, 4), instances.startedRows());
    }

    @Test
    void refusingWhatWaitsRefusesItAll() {
        enqueue("large", ofRows(20));
        batcher.refuseAll(new InferenceError.Draining());
        assertEquals(0, outcomes.count(), "a piece runs still");
        batcher.abandonRunning(new InferenceError.Draining());
        assertEquals(new InferenceError.Draining(), outcomes.get("large"));
        instances.finishAll();
        assertEquals(List.of(4), instances.startedRows());
    }

    @Test
    void aModelWhoseAnswersHaveOtherRowsGetsRequestsWhole() {
        startWith(1, batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1), batch.rows())), 0, 0));
        enqueue("large", ofRows(10));
        instances.finishAll();
        assertEquals("[10]", outcomes.ids("large"));
        assertEquals(10, instances.startedRows().getLast());
        enqueue("next", ofRows(9));
        instances.finishAll();
        assertEquals("[9]", outcomes.ids("next"));
        assertEquals(1, stopped.size(), "it is told once");
        assertEquals(9, instances.startedRows().getLast());
    }

    @Test
    void aModelWhoseAnswersDifferInLengthGetsRequestsWhole() {
        startWith(
                1,
                batch -> new BatchResult.Ran(
                        List.of(Tensors.ofLongs(
                                "y", new Shape(batch.rows(), batch.rows()), new long[batch.rows() * batch.rows()])),
                        0,
                        0));
        enqueue("large", ofRows(6));
        instances.finishAll();
        assertEquals(
                new Shape(6, 6), outcomes.response("large").outputs().getFirst().shape());
        assertEquals(List.of(4, 2, 6), instances.startedRows());
    }

    @Test
    void aWholeRequestCanStillBeCancelled() {
        startWith(1, batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1), 0)), 0, 0));
        Pending large = enqueue("large", ofRows(6));
        instances.finishNext();
        assertEquals(List.of(4, 6), instances.startedRows());
        assertEquals(0, outcomes.count());
        large.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("large"));
        instances.finishAll();
    }

    @Test
    void whereAnswersGoInOrderThatOfALargeRequestKeepsItsPlace() {
        startWith(2, echo);
        batcher = new Batcher(
                Requests.MODEL,
                new BatcherOptions(
                        new GreedyPolicy(MAX_ROWS),
                        MAX_QUEUE,
                        List.of(),
                        listener,
                        true,
                        ShapeOptions.AS_THEY_COME,
                        BatchGate.OPEN),
                instances,
                ticker,
                nanos -> {});
        requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);
        enqueue("large", ofRows(6));
        enqueue("small", Requests.ofIds(77));
        instances.finish(1);
        instances.finish(1);
        assertEquals(List.of(4, 2, 1), instances.startedRows());
        assertEquals(0, outcomes.count());
        instances.finishAll();
        assertEquals(ids(6), outcomes.ids("large"));
        assertEquals("[77]", outcomes.ids("small"));
    }

    @Test
    void itIsCountedOnceAndItsRowsAll() {
        ticker.advance(100);
        enqueue("large", ofRows(6));
        ticker.advance(30);
        listener.takeEvents();
        instances.finishNext();
        ticker.advance(40);
        instances.finishAll();
        List<String> events = listener.takeEvents();
        assertTrue(events.contains("answered 0 4 0"), events.toString());
        assertTrue(events.contains("waited 30"), events.toString());
        assertTrue(events.contains("answered 0 2 0"), events.toString());
        assertTrue(
                events.contains("joined 30 " + 2 * EchoEngine.GATHER_NANOS + " " + 2 * EchoEngine.RUN_NANOS),
                events.toString());
        assertEquals(
                1, events.stream().filter(event -> event.startsWith("waited")).count());
        assertEquals(
                new Timing(30, EchoEngine.GATHER_NANOS, EchoEngine.RUN_NANOS, 4, ticker.nanos()),
                outcomes.response("large").timing());
    }
}
