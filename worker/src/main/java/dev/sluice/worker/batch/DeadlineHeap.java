package dev.sluice.worker.batch;

import org.jspecify.annotations.Nullable;

/**
 * Requests by deadline, the earliest first; with one timeout for all, deadlines come in order.
 *
 * @thread owned by the batcher loop
 */
final class DeadlineHeap extends PlacedHeap<QueuedRequest> {

    /** Which of the two expires first, or null when there is neither. */
    static @Nullable QueuedRequest earlier(@Nullable QueuedRequest one, @Nullable QueuedRequest other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return expiresBefore(one, other) ? one : other;
    }

    @Override
    boolean before(QueuedRequest left, QueuedRequest right) {
        return expiresBefore(left, right);
    }

    private static boolean expiresBefore(QueuedRequest left, QueuedRequest right) {
        return left.deadlineNanos() - right.deadlineNanos() < 0;
    }
}
