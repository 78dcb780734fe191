package dev.sluice.worker.batch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests by deadline, the earliest first.
 *
 * <p>A binary heap whose members know their place in it, so that any of them can leave. With one timeout for all,
 * deadlines come in order and adding costs nothing but the append.
 *
 * @thread owned by the batcher loop
 * @bound add is O(1) for deadlines that come in order, otherwise O(log n); remove is O(log n)
 */
final class DeadlineHeap {

    private final List<QueuedRequest> heap = new ArrayList<>();

    /** The request that expires first, or null when there is none. */
    @Nullable
    QueuedRequest first() {
        return heap.isEmpty() ? null : heap.getFirst();
    }

    /** Which of the two expires first, or null when there is neither. */
    static @Nullable QueuedRequest earlier(@Nullable QueuedRequest one, @Nullable QueuedRequest other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return expiresBefore(one, other) ? one : other;
    }

    void add(QueuedRequest queued) {
        heap.add(queued);
        siftUp(queued, heap.size() - 1);
    }

    void remove(QueuedRequest queued) {
        int hole = queued.heapPlace();
        QueuedRequest last = heap.removeLast();
        if (!last.equals(queued)) {
            siftUp(last, hole);
            siftDown(last, last.heapPlace());
        }
    }

    private void siftUp(QueuedRequest queued, int start) {
        int place = start;
        while (place > 0 && expiresBefore(queued, heap.get((place - 1) / 2))) {
            put(heap.get((place - 1) / 2), place);
            place = (place - 1) / 2;
        }
        put(queued, place);
    }

    private void siftDown(QueuedRequest queued, int start) {
        int place = start;
        while (2 * place + 1 < heap.size()) {
            int child = 2 * place + 1;
            if (child + 1 < heap.size() && expiresBefore(heap.get(child + 1), heap.get(child))) {
                child++;
            }
            if (!expiresBefore(heap.get(child), queued)) {
                break;
            }
            put(heap.get(child), place);
            place = child;
        }
        put(queued, place);
    }

    private void put(QueuedRequest queued, int place) {
        heap.set(place, queued);
        queued.setHeapPlace(place);
    }

    private static boolean expiresBefore(QueuedRequest left, QueuedRequest right) {
        return left.deadlineNanos() - right.deadlineNanos() < 0;
    }
}
