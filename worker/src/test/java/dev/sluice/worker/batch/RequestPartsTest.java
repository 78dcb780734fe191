package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.PartListener;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.RecordingListener;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The answers to pieces of a request whose client wants each as it is ready. */
class RequestPartsTest {

    private static final int MAX_ROWS = 4;

    /** The batcher only asks whether there is one. */
    private static final PartListener WANTED = part -> {
        throw new AssertionError("called by the batcher");
    };

    private final FakeTicker ticker = new FakeTicker();
    private final RecordingListener listener = new RecordingListener();
    private final EchoEngine echo = new EchoEngine();
    private final List<String> heard = new ArrayList<>();
    private final List<InferenceOutcome> outcomes = new ArrayList<>();
    private final List<InferenceRequest> stopped = new ArrayList<>();
    private FakeInstances instances = new FakeInstances(1, echo);
    private Batcher batcher = startWith(1, false, echo);
    private LargeRequests requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);

    private Batcher startWith(int count, boolean inOrder, Function<Batch, BatchResult> engine) {
        instances = new FakeInstances(count, engine);
        BatcherOptions options = new BatcherOptions(
                new GreedyPolicy(MAX_ROWS),
                100,
                List.of(),
                listener,
                inOrder,
                new ShapeOptions(MAX_ROWS, RaggedAxes.NONE),
                BatchGate.OPEN);
        batcher = new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
        requests = new LargeRequests(batcher, MAX_ROWS, stopped::add);
        return batcher;
    }

    private Pending enqueue(String name, Deadline deadline, int rows) {
        InferenceRequest request =
                Requests.of(deadline, LongStream.rangeClosed(1, rows).toArray()).to(WANTED);
        Pending pending = requests.enqueue(request, new Hearing(name));
        batcher.dispatch();
        return pending;
    }

    private Pending enqueue(String name, int rows) {
        return enqueue(name, Requests.FAR, rows);
    }

    /** Notes what comes, in its order. */
    private final class Hearing implements Completion {

        private final String name;

        Hearing(String name) {
            this.name = name;
        }

        @Override
        public void part(InferenceResponse part) {
            assertFalse(part.isLast());
            heard.add(name + " " + text(part));
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            outcomes.add(outcome);
            heard.add(name
                    + switch (outcome) {
                        case InferenceResponse last -> " ends with " + text(last);
                        case InferenceError error -> " fails";
                    });
        }

        private static String text(InferenceResponse answer) {
            Rows rows = answer.rows();
            return (rows == null ? "all" : rows.first() + "+" + rows.count()) + " "
                    + Tensors.text(answer.outputs().getFirst());
        }
    }

    @Test
    void eachPieceIsAnsweredAsItIsReadyAndTheLastOneEndsIt() {
        startWith(2, false, echo);
        enqueue("a", 10);
        assertEquals(List.of(4, 4), instances.startedRows());
        instances.finish(1);
        assertEquals(List.of("a 4+4 [5, 6, 7, 8]"), heard);
        instances.finish(1);
        assertEquals(List.of("a 4+4 [5, 6, 7, 8]", "a 8+2 [9, 10]"), heard);
        instances.finishAll();
        assertEquals("a ends with 0+4 [1, 2, 3, 4]", heard.getLast());
        assertEquals(3, heard.size());
    }

    @Test
    void aRequestThatIsNotSplitHasOneAnswer() {
        enqueue("a", MAX_ROWS);
        instances.finishAll();
        assertEquals(List.of("a ends with all [1, 2, 3, 4]"), heard);
    }

    @Test
    void countsAsOneRequest() {
        enqueue("a", 10);
        instances.finishAll();
        assertEquals(3, heard.size());
        List<String> events = listener.takeEvents();
        for (String once : List.of("waited", "joined")) {
            assertEquals(
                    1, events.stream().filter(event -> event.startsWith(once)).count(), events::toString);
        }
    }

    @Test
    void anErrorAfterPartsEndsItAndTheRestIsNotRun() {
        echo.poison(5);
        enqueue("a", 40);
        instances.finishAll();
        assertEquals(List.of("a 0+4 [1, 2, 3, 4]", "a fails"), heard);
        assertEquals(List.of(EchoEngine.FAILURE), outcomes);
        assertEquals(List.of(4, 4), instances.startedRows(), "and one that ran alone failed alone");
    }

    @Test
    void whatRunsWhenItIsGivenUpIsNoPartAnyMore() {
        startWith(2, false, echo.poison(1));
        enqueue("a", 40);
        instances.finishNext();
        instances.finishAll();
        assertEquals(List.of("a fails"), heard);
    }

    @Test
    void aCancelBetweenPartsWithdrawsTheRest() {
        Pending pending = enqueue("a", 40);
        instances.finishNext();
        pending.cancel();
        instances.finishAll();
        assertEquals(List.of("a 0+4 [1, 2, 3, 4]", "a fails"), heard);
        assertEquals(List.of(new InferenceError.Cancelled()), outcomes);
        assertEquals(2, instances.startedRows().size());
    }

    @Test
    void aDeadlineBetweenPartsWithdrawsTheRest() {
        enqueue("a", new Deadline(100), 40);
        instances.finishNext();
        ticker.advance(100);
        batcher.wake();
        instances.finishAll();
        assertEquals(List.of("a 0+4 [1, 2, 3, 4]", "a fails"), heard);
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.getFirst());
        assertEquals(2, instances.startedRows().size());
    }

    @Test
    void aPieceThatIsCutAgainIsAnsweredInMoreParts() {
        startWith(
                1,
                false,
                batch -> batch.rows() > 2 ? new BatchResult.Failed(EchoEngine.FAILURE, true) : echo.apply(batch));
        enqueue("a", 5);
        instances.finishAll();
        assertEquals(List.of("a 4+1 [5]", "a 0+2 [1, 2]", "a ends with 2+2 [3, 4]"), heard);
    }

    @Test
    void whatDoesNotCountRowsIsAnsweredWhole() {
        startWith(1, false, batch -> new BatchResult.Ran(List.of(Tensors.ofLongs("y", new Shape(1), 7)), 1, 1));
        enqueue("a", 10);
        instances.finishAll();
        assertEquals(List.of("a ends with all [7]"), heard);
        assertEquals(1, stopped.size());
    }

    /** The answer to the whole would say again what has been said. */
    @Test
    void whatTurnsOutNotToCountRowsAfterAPartFailsOnceAndIsNotSplitAgain() {
        Tensor odd = Tensors.ofLongs("y", new Shape(1), 7);
        startWith(1, false, batch -> batch.rows() == 2 ? new BatchResult.Ran(List.of(odd), 1, 1) : echo.apply(batch));
        enqueue("a", 6);
        instances.finishAll();
        assertEquals(List.of("a 0+4 [1, 2, 3, 4]", "a fails"), heard);
        assertInstanceOf(InferenceError.EngineFailure.class, outcomes.getFirst());
        enqueue("b", 6);
        instances.finishAll();
        assertEquals("b ends with all [1, 2, 3, 4, 5, 6]", heard.getLast());
    }

    /** With preserve_ordering: parts of the first in line leave, those of others wait for it. */
    @Test
    void partsKeepTheOrderOfRequests() {
        startWith(2, true, echo);
        enqueue("a", 8);
        enqueue("b", 8);
        instances.finish(1);
        assertEquals(List.of("a 4+4 [5, 6, 7, 8]"), heard);
        instances.finish(1);
        assertEquals(1, heard.size(), "of b, behind a");
        instances.finishNext();
        assertEquals(List.of("a 4+4 [5, 6, 7, 8]", "a ends with 0+4 [1, 2, 3, 4]", "b 0+4 [1, 2, 3, 4]"), heard);
        instances.finishAll();
        assertEquals("b ends with 4+4 [5, 6, 7, 8]", heard.getLast());
    }

    @Test
    void partsThatAreHeldForTheOrderAreLetGoWithAnError() {
        startWith(2, true, echo);
        enqueue("a", 4);
        Pending b = enqueue("b", 12);
        instances.finish(1);
        b.cancel();
        assertEquals(List.of("b fails"), heard);
        instances.finishAll();
        assertEquals(List.of("b fails", "a ends with all [1, 2, 3, 4]"), heard);
    }
}
