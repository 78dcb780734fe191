package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Pieces of requests where something is short: memory, time, room in the queue, or an answer. */
class RequestPiecesTest {

    private static final int MAX_ROWS = 8;
    private static final int MAX_QUEUE = 4;

    /** Of a model that takes 100 ns for a batch and 10 ns for each row: 180 ns for a piece. */
    private static final List<LatencyPoint> PROFILE = IntStream.range(0, 100)
            .mapToObj(i -> new LatencyPoint(1 << i % 4, 100 + 10 * (1 << i % 4)))
            .toList();

    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final RecordingListener listener = new RecordingListener();
    private final EchoEngine echo = new EchoEngine();
    private final List<InferenceRequest> stopped = new ArrayList<>();
    private FakeInstances instances = new FakeInstances(1, echo);
    private Batcher batcher = startWith(1, List.of(), echo);
    private LargeRequests requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);

    private Batcher startWith(int count, List<LatencyPoint> profile, Function<Batch, BatchResult> engine) {
        instances = new FakeInstances(count, engine);
        BatcherOptions options = new BatcherOptions(new GreedyPolicy(MAX_ROWS), MAX_QUEUE, profile, listener);
        batcher = new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
        requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);
        return batcher;
    }

    private Pending enqueue(String name, InferenceRequest request) {
        Pending pending = requests.enqueue(request, outcomes.of(name));
        batcher.dispatch();
        return pending;
    }

    private static InferenceRequest ofRows(int rows) {
        return ofRows(Requests.FAR, rows);
    }

    /** Ids from 1 up. */
    private static InferenceRequest ofRows(Deadline deadline, int rows) {
        return Requests.of(deadline, LongStream.rangeClosed(1, rows).toArray());
    }

    private static String ids(int rows) {
        return LongStream.rangeClosed(1, rows).boxed().toList().toString();
    }

    private List<String> counted(String... kinds) {
        return listener.takeEvents().stream()
                .filter(event -> List.of(kinds).contains(event.split(" ")[0]))
                .toList();
    }

    private long drops(DropReason reason) {
        return batcher.report().dropped().getOrDefault(reason, 0L);
    }

    /** The engine has memory for so many rows. */
    private Function<Batch, BatchResult> upTo(int rows) {
        return batch -> batch.rows() > rows ? new BatchResult.Failed(EchoEngine.FAILURE, true) : echo.apply(batch);
    }

    /** Every piece has the same memory as its answer: what is joined is all that could be too large. */
    private static Function<Batch, BatchResult> answering(int bytesOfARow) {
        ByteBuffer full = ByteBuffer.allocate(MAX_ROWS * bytesOfARow);
        return batch -> {
            Tensor answer = new Tensor("y", DataType.UINT8, new Shape(MAX_ROWS, bytesOfARow), full)
                    .view(batch.rows(), 0, batch.rows() * bytesOfARow);
            return new BatchResult.Ran(List.of(answer), 1, 1);
        };
    }

    /** An array of that length is more than any heap gives. */
    @Test
    void anAnswerThatThereIsNoMemoryForFailsAndNothingElseDoes() {
        int rows = 462;
        startWith(1, List.of(), answering((Integer.MAX_VALUE - 1) / rows));
        enqueue("large", ofRows(rows));
        instances.finishAll();
        assertInstanceOf(InferenceError.EngineFailure.class, outcomes.get("large"));
        enqueue("next", ofRows(2 * MAX_ROWS));
        instances.finishAll();
        assertEquals(
                2 * MAX_ROWS, outcomes.response("next").outputs().getFirst().rows());
    }

    @Test
    void anAnswerThatIsTooLongIsRefusedAndOthersAreStillSplit() {
        startWith(1, List.of(), answering(1 << 20));
        enqueue("large", ofRows(2048));
        instances.finishAll();
        assertInstanceOf(InferenceError.InvalidRequest.class, outcomes.get("large"));
        enqueue("next", ofRows(MAX_ROWS + 1));
        instances.finishAll();
        assertEquals(
                MAX_ROWS + 1, outcomes.response("next").outputs().getFirst().rows());
        assertEquals(List.of(), stopped);
    }

    @Test
    void piecesWithDifferentNumbersOfOutputsAreNoPieces() {
        startWith(1, List.of(), batch -> batch.rows() == 1 ? new BatchResult.Ran(List.of(), 1, 1) : echo.apply(batch));
        enqueue("large", ofRows(MAX_ROWS + 1));
        instances.finishAll();
        assertEquals(ids(MAX_ROWS + 1), outcomes.ids("large"));
        assertEquals(1, stopped.size());
    }

    @Test
    void aPieceThatThereIsTooLittleMemoryForIsCutAgain() {
        startWith(2, List.of(), upTo(3));
        enqueue("large", ofRows(20));
        instances.finish(1);
        instances.finishAll();
        assertEquals(ids(20), outcomes.ids("large"));
        instances.started().stream().skip(5).forEach(batch -> assertTrue(batch.rows() <= 2, "learnt from the first"));
        assertEquals(List.of(), counted("dropped"));
    }

    @Test
    void aRowThatThereIsTooLittleMemoryForFailsTheRequest() {
        startWith(1, List.of(), upTo(0));
        enqueue("large", ofRows(20));
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("large"));
        assertEquals(List.of(8, 8, 4, 4, 2, 2, 1), instances.startedRows(), "with those that wait already");
    }

    @Test
    void aPieceIsCutAgainThoughTheQueueIsFull() {
        startWith(1, List.of(), upTo(4));
        enqueue("large", ofRows(9));
        for (int i = 1; i < MAX_QUEUE; i++) {
            enqueue("r" + i, Requests.ofIds(i));
        }
        instances.finishAll();
        assertEquals(ids(9), outcomes.ids("large"));
        for (int i = 1; i < MAX_QUEUE; i++) {
            assertEquals("[" + i + "]", outcomes.ids("r" + i));
        }
    }

    @Test
    void whatBatchesHaveNoMemoryForGoesInPieces() {
        startWith(1, List.of(), upTo(4));
        enqueue("busy", Requests.ofIds(0));
        enqueue("a", Requests.ofIds(1, 2, 3));
        enqueue("b", Requests.ofIds(4, 5, 6));
        instances.finishAll();
        enqueue("large", ofRows(MAX_ROWS));
        instances.finishAll();
        assertEquals(ids(MAX_ROWS), outcomes.ids("large"));
        assertEquals(List.of(1, 6, 3, 3, 3, 3, 2), instances.startedRows());
    }

    /** Pieces of 4 rows go well for long enough, then one of 8 is tried, and is the limit from then on. */
    @Test
    void aPieceIsATryOfMoreMemory() {
        int[] most = {4};
        startWith(1, List.of(), batch -> upTo(most[0]).apply(batch));
        enqueue("first", ofRows(9));
        instances.finishAll();
        most[0] = MAX_ROWS;
        enqueue("second", ofRows(400));
        instances.finishAll();
        assertEquals(ids(400), outcomes.ids("second"));
        assertEquals(4, instances.startedRows().get(20));
        int size = instances.started().size();
        assertEquals(List.of(8, 8), instances.startedRows().subList(size - 3, size - 1));
    }

    @Test
    void isRefusedWhenThereIsTimeForAPieceButNotForAll() {
        startWith(1, PROFILE, echo);
        enqueue("busy", Requests.ofIds(0));
        enqueue("late", ofRows(new Deadline(900), 80));
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.get("late"));
        enqueue("busy for too long", ofRows(new Deadline(1850), 80));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("busy for too long"));
        enqueue("in time", ofRows(new Deadline(2200), 80));
        assertFalse(outcomes.has("in time"));
    }

    @Test
    void severalInstancesAreFaster() {
        startWith(2, PROFILE, echo);
        enqueue("busy", Requests.ofIds(0));
        enqueue("busy too", Requests.ofIds(0));
        enqueue("in time", ofRows(new Deadline(1300), 80));
        assertFalse(outcomes.has("in time"));
    }

    @Test
    void isTriedOnAnIdleInstanceAndGivenUpWhenThatDidNotHelp() {
        startWith(1, PROFILE, echo);
        enqueue("large", ofRows(new Deadline(1000), 800));
        ticker.advance(180);
        instances.finishNext();
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.get("large"));
        assertEquals(0, instances.running());
        assertEquals(List.of(MAX_ROWS), instances.startedRows());
    }

    @Test
    void whatHasBegunIsNotDisplacedBeforeWhatHasNot() {
        enqueue("busy", Requests.by("a", 3, Requests.ofIds(0)));
        enqueue("large", Requests.by("a", 3, ofRows(40)));
        enqueue("a2", Requests.by("a", 3, Requests.ofIds(2)));
        enqueue("a3", Requests.by("a", 3, Requests.ofIds(3)));
        enqueue("a4", Requests.by("a", 3, Requests.ofIds(4)));
        instances.finishNext();
        enqueue("b1", Requests.by("b", 3, Requests.ofIds(5)));
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("a4"));
        instances.finishAll();
        assertEquals(ids(40), outcomes.ids("large"));
        assertEquals("[5]", outcomes.ids("b1"));
    }

    @Test
    void ofThoseThatHaveBegunTheNewestIsDisplaced() {
        enqueue("first", Requests.by("a", 3, ofRows(40)));
        enqueue("second", Requests.by("a", 3, ofRows(40)));
        enqueue("third", Requests.by("a", 3, ofRows(40)));
        enqueue("fourth", Requests.by("a", 3, ofRows(40)));
        for (int piece = 0; piece < 6; piece++) {
            instances.finishNext();
        }
        enqueue("b1", Requests.by("b", 3, Requests.ofIds(5)));
        instances.finishAll();
        assertInstanceOf(InferenceError.Overloaded.class, outcomes.get("fourth"));
        for (String served : List.of("first", "second", "third")) {
            assertEquals(ids(40), outcomes.ids(served));
        }
    }

    @Test
    void whoHasWaitedLongestHasTheLongestWaitThoughItStandsLast() {
        enqueue("large", ofRows(40));
        ticker.advance(100);
        enqueue("small", Requests.ofIds(1));
        ticker.advance(10);
        instances.finishNext();
        assertEquals(110, batcher.report().queue().oldestNanos());
    }

    /** Its second piece has failed in company, and would be next to run alone. */
    @Test
    void aPieceThatIsSuspectedDoesNotRunAgainForARequestThatHasFailed() {
        startWith(2, List.of(), echo.poison(1).poison(50));
        enqueue("busy", Requests.ofIds(0));
        enqueue("busy too", Requests.ofIds(0));
        enqueue("large", ofRows(MAX_ROWS + 2));
        enqueue("b", Requests.ofIds(50));
        instances.finishNext();
        instances.finishNext();
        assertEquals(List.of(1, 1, MAX_ROWS, 3), instances.startedRows());
        instances.finish(1);
        assertEquals(List.of(1, 1, MAX_ROWS, 3, 1), instances.startedRows());
        instances.finishNext();
        assertEquals(EchoEngine.FAILURE, outcomes.get("large"));
        instances.finishAll();
        assertEquals(List.of(1, 1, MAX_ROWS, 3, 1), instances.startedRows());
    }

    @Test
    void aRequestThatFailsCountsNowhereAsAnswered() {
        startWith(2, List.of(), echo.poison(1));
        enqueue("large", ofRows(MAX_ROWS + 2));
        instances.finish(1);
        instances.finishAll();
        assertEquals(EchoEngine.FAILURE, outcomes.get("large"));
        assertEquals(List.of("answered 0 2 0"), counted("answered", "joined", "waited", "dropped"));
    }

    @Test
    void aRequestThatRunsWholeAfterAllCountsOnce() {
        startWith(1, List.of(), batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1), 7)), 3, 7));
        enqueue("large", ofRows(MAX_ROWS + 2));
        instances.finishAll();
        assertEquals("[7]", outcomes.ids("large"));
        assertEquals(List.of("answered 0 8 0", "waited 0", "answered 1 10 0"), counted("answered", "joined", "waited"));
    }

    @Test
    void aClientThatGoesWhilePiecesRunThatCannotBeJoinedIsADrop() {
        startWith(2, List.of(), batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1), 7)), 3, 7));
        Pending large = enqueue("large", ofRows(5 * MAX_ROWS));
        instances.finishNext();
        large.cancel();
        assertEquals(new InferenceError.Cancelled(), outcomes.get("large"));
        assertEquals(1, drops(DropReason.CANCELLED_RUNNING));
        assertEquals(0, drops(DropReason.CANCELLED_QUEUED), "what was given up by ourselves");
    }
}
