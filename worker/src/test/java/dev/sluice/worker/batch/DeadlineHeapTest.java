package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The earliest deadline is always first, whoever came and went. */
class DeadlineHeapTest {

    private static QueuedRequest withDeadline(long nanos) {
        return new QueuedRequest(Requests.of(new Deadline(nanos), 1), 0, outcome -> {});
    }

    @Test
    void agreesWithASortedListOverRandomComingAndGoing() {
        for (long seed = 1; seed <= 500; seed++) {
            Random random = new Random(seed);
            DeadlineHeap heap = new DeadlineHeap();
            List<QueuedRequest> inside = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                if (inside.isEmpty() || random.nextInt(5) > 1) {
                    QueuedRequest added = withDeadline(random.nextInt(100));
                    heap.add(added);
                    inside.add(added);
                } else {
                    heap.remove(inside.remove(random.nextInt(inside.size())));
                }
                assertFirst(heap, inside, seed);
            }
        }
    }

    private static void assertFirst(DeadlineHeap heap, List<QueuedRequest> inside, long seed) {
        if (inside.isEmpty()) {
            assertNull(heap.first());
        } else {
            long earliest = inside.stream()
                    .min(Comparator.comparingLong(QueuedRequest::deadlineNanos))
                    .orElseThrow()
                    .deadlineNanos();
            assertEquals(
                    earliest, Objects.requireNonNull(heap.first()).deadlineNanos(), () -> "earliest with seed " + seed);
        }
    }

    @Test
    void comparesAcrossTheWrapOfTheClock() {
        DeadlineHeap heap = new DeadlineHeap();
        heap.add(withDeadline(Long.MIN_VALUE + 5));
        heap.add(withDeadline(Long.MAX_VALUE - 5));
        assertEquals(Long.MAX_VALUE - 5, Objects.requireNonNull(heap.first()).deadlineNanos());
    }
}
