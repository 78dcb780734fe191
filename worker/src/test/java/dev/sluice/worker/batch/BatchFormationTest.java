package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is in the next batch when there is not time for all: a run takes 2,000 and 1,000 more for each row. */
class BatchFormationTest {

    private static final int MAX_ROWS = 32;

    private final LatencyModel latency = new LatencyModel(IntStream.range(0, 16)
            .mapToObj(i -> new LatencyPoint(1 << i % 4, 2000 + 1000L * (1 << i % 4)))
            .toList());
    private final List<Integer> refusedRows = new ArrayList<>();
    private final BatchQueue queue = new BatchQueue(100, latency::nanos);
    private final BatchFormation formation = new BatchFormation(
            new BatchFormation.Owner(
                    Requests.MODEL,
                    queue,
                    (who, why) -> refusedRows.add(who.request().rows())),
            latency,
            new MemoryLimit());

    private void add(int rows, long deadlineNanos) {
        InferenceRequest request = Requests.of(new Deadline(deadlineNanos), new long[rows]);
        queue.add(new QueuedRequest(request, 0, outcome -> {}));
    }

    private Batch next() {
        return formation.next(MAX_ROWS, new long[1], 0, BatchFormation.NOWHERE_ELSE);
    }

    @Test
    void aLargeRequestThatHasTimeDoesNotTakeIt() {
        add(10, 100_000);
        for (int i = 0; i < 3; i++) {
            add(1, 5_500);
        }
        Batch batch = next();
        assertEquals(3, batch.rows());
        assertEquals(FlushReason.DEADLINE, batch.reason());
        assertEquals(10, next().rows());
        assertEquals(List.of(), refusedRows);
    }

    @Test
    void whoIsTooLargeForTheTimeThereIsRunsAllTheSameIfNobodyElseFits() {
        add(10, 12_500);
        add(10, 12_500);
        assertEquals(10, next().rows());
    }
}
