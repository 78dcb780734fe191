package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who shares a batch with whom, and who comes first. */
class BatchQueueTest {

    private final BatchQueue queue = new BatchQueue(100);
    private long nanos;

    private void add(InferenceRequest request) {
        queue.add(new QueuedRequest(request, nanos++, outcome -> {}));
    }

    private void addRows(int rows) {
        add(Requests.ofIds(new long[rows]));
    }

    private Batch take(int maxRows) {
        return take(queue, maxRows);
    }

    static Batch take(BatchQueue from, int maxRows) {
        LatencyModel latency = new LatencyModel(List.of());
        BatchFormation.Owner owner = new BatchFormation.Owner(Requests.MODEL, from, (who, why) -> {
            throw new AssertionError("refused: " + why);
        });
        BatchFormation formation = new BatchFormation(owner, latency, new MemoryLimit());
        return formation.next(maxRows, new long[1], 0, BatchFormation.NOWHERE_ELSE);
    }

    private static String ids(Batch batch) {
        return batch.members().stream()
                .map(member -> Tensors.text(member.request().inputs().getFirst().view(1, 0, Long.BYTES)))
                .toList()
                .toString();
    }

    @ParameterizedTest
    @CsvSource({
        "'1 1 1', 3, '3'",
        "'1 1 1', 2, '2 1'",
        "'1 2 1', 2, '1 2 1'",
        "'2 2 3', 4, '4 3'",
        "'1 4 1', 4, '1 4 1'",
        "'9 1 1', 4, '9 2'",
        "'1 9 1', 4, '1 9 1'",
        "'3 9', 0, '3 9'",
        "'0 0 2', 2, '2'",
        "'0 0', 1, '0'"
    })
    void fillsBatchesUpToTheMaximum(String requestRows, int maxRows, String batchRows) {
        for (String rows : requestRows.split(" ")) {
            addRows(Integer.parseInt(rows));
        }
        List<String> taken = new ArrayList<>();
        while (!queue.isEmpty()) {
            taken.add(Integer.toString(take(maxRows).rows()));
        }
        assertEquals(batchRows, String.join(" ", taken));
    }

    @Test
    void neverAddsUpRowsBeyondAnInt() {
        for (int i = 0; i < 2; i++) {
            add(Requests.of(
                    Requests.FAR, List.of("y"), Tensors.ofLongs("x", new Shape(Integer.MAX_VALUE, 0), new long[0])));
        }
        assertEquals(1, take(64).size());
        assertEquals(Integer.MAX_VALUE, take(64).rows());
    }

    @Test
    void keepsTheOrderWithinAKind() {
        for (long id = 1; id <= 5; id++) {
            add(Requests.ofIds(id));
        }
        assertEquals("[[1], [2], [3]]", ids(take(3)));
        assertEquals("[[4], [5]]", ids(take(3)));
    }

    @Test
    void takesTheKindWhoseHeadIsOldest() {
        add(Requests.of(Requests.FAR, 2, List.of("y"), 1));
        add(Requests.of(Requests.FAR, 3, List.of("y"), 2));
        add(Requests.of(Requests.FAR, 2, List.of("y"), 3));
        add(Requests.of(Requests.FAR, 2, List.of("y"), 4));
        assertEquals("[[1], [3]]", ids(take(2)));
        assertEquals("[[2]]", ids(take(2)));
        assertEquals("[[4]]", ids(take(2)));
        assertTrue(queue.isEmpty());
    }

    @Test
    void findsTheOldestWhenTheClockWraps() {
        nanos = Long.MAX_VALUE;
        add(Requests.of(Requests.FAR, 2, List.of("y"), 1));
        add(Requests.of(Requests.FAR, 3, List.of("y"), 2));
        assertEquals("[[1]]", ids(take(2)));
    }

    @Test
    void keepsDifferentKindsApart() {
        add(Requests.of(Requests.FAR, 2, List.of("y"), 1));
        add(Requests.of(Requests.FAR, 2, List.of("y", "z"), 2));
        add(Requests.of(Requests.FAR, List.of("y"), Tensors.ofLongs("other", new Shape(1, 2), 3, 3)));
        add(Requests.of(Requests.FAR, List.of("y"), Tensors.ofLongs("x", new Shape(1, 2, 1), 4, 4)));
        add(Requests.of(
                Requests.FAR,
                List.of("y"),
                Tensors.ofLongs("x", new Shape(1, 2), 5, 5),
                Tensors.ofLongs("optional", new Shape(1), 5)));
        for (int id = 1; id <= 5; id++) {
            assertEquals("[[" + id + "]]", ids(take(100)));
        }
    }

    @Test
    void anyRequestCanLeave() {
        List<QueuedRequest> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            QueuedRequest queued =
                    new QueuedRequest(Requests.of(Requests.FAR, 1 + i / 4, List.of("y"), i, i), nanos++, outcome -> {});
            queue.add(queued);
            all.add(queued);
        }
        for (int gone : new int[] {0, 2, 4}) {
            assertTrue(queue.remove(all.get(gone)));
            assertFalse(queue.remove(all.get(gone)));
        }
        assertEquals(2, queue.requests());
        assertEquals(4, queue.rows());
        assertEquals(4, queue.due().rows());
        assertEquals("[[1], [3]]", ids(take(100)));
        assertTrue(queue.isEmpty());
    }

    @Test
    void isUsableAfterALaneHasBeenEmptiedByRemoval() {
        QueuedRequest queued = new QueuedRequest(Requests.ofIds(1), 0, outcome -> {});
        queue.add(queued);
        queue.remove(queued);
        assertTrue(queue.isEmpty());
        assertNull(queue.firstToExpire());
        add(Requests.ofIds(2));
        assertEquals("[[2]]", ids(take(1)));
    }

    @Test
    void knowsWhoExpiresFirstAndWhoCameFirst() {
        nanos = 40;
        add(Requests.of(new Deadline(300), 1));
        add(Requests.of(new Deadline(100), 2, List.of("y"), 2));
        add(Requests.of(new Deadline(200), 3));
        assertEquals(100, Objects.requireNonNull(queue.firstToExpire()).deadlineNanos());
        assertEquals(40, queue.oldestEnqueuedNanos());
        assertEquals("[[1], [3]]", ids(take(100)));
        assertEquals(41, queue.oldestEnqueuedNanos());
        take(100);
        assertNull(queue.firstToExpire());
    }

    @Test
    void countsRequestsAndRows() {
        BatchQueue small = new BatchQueue(2);
        small.add(new QueuedRequest(Requests.ofIds(1, 2, 3), 0, outcome -> {}));
        assertFalse(small.isFull());
        small.add(new QueuedRequest(Requests.ofIds(4), 0, outcome -> {}));
        assertTrue(small.isFull());
        assertEquals(2, small.requests());
        assertEquals(4, small.rows());
        assertEquals(3, take(small, 1).rows());
        assertFalse(small.isFull());
        assertEquals(1, small.requests());
        assertEquals(1, small.rows());
    }
}
