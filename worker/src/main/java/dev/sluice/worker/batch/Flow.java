package dev.sluice.worker.batch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one client that can share a batch and have one priority, first come first served.
 *
 * <p>Only its head competes with the heads of other flows, by the virtual time at which the head would be finished if
 * the device were shared evenly. That is set when a request becomes the head: so whoever leaves unserved from behind
 * it has cost the client nothing, and whoever leaves unserved from the head hands its turn on.
 *
 * @thread owned by the batcher loop
 * @units virtual time in nanoseconds of one instance, compared by difference so that it may wrap
 */
final class Flow extends PlacedHeap.Member {

    private final Client client;
    private final BatchQueue.Lane lane;
    private @Nullable QueuedRequest head;
    private @Nullable QueuedRequest tail;
    private long headCostNanos;
    private long finishNanos;

    /** Up to what its client had been put off by when {@link #finishNanos} was set. */
    private long putOffNanos;

    Flow(Client client, BatchQueue.Lane lane) {
        this.client = client;
        this.lane = lane;
    }

    Client client() {
        return client;
    }

    PriorityLevel level() {
        return client.level();
    }

    BatchQueue.Lane lane() {
        return lane;
    }

    boolean isEmpty() {
        return head == null;
    }

    /** The oldest; the flow must not be empty. */
    QueuedRequest head() {
        return Objects.requireNonNull(head);
    }

    /** The one that came last, which what follows a piece of its request stands behind; the flow must not be empty. */
    QueuedRequest newest() {
        QueuedRequest newest = Objects.requireNonNull(tail);
        for (QueuedRequest each = newest; each.follows() && each.ahead != null; ) {
            each = each.ahead;
            newest = each.ordinal > newest.ordinal ? each : newest;
        }
        return newest;
    }

    long headCostNanos() {
        return headCostNanos;
    }

    long finishNanos() {
        return finishNanos + client.putOffNanos() - putOffNanos;
    }

    /** Whether its client has been put off since it took its place. */
    boolean isBehind() {
        return putOffNanos != client.putOffNanos();
    }

    /** Takes the place that is due to it. */
    void catchUp() {
        if (isBehind()) {
            finishNanos = finishNanos();
            putOffNanos = client.putOffNanos();
            lane.flowsOf(level()).moved(this);
        }
    }

    /** Whether its head is to be served before that of the other, as far as they know. */
    boolean goesBefore(Flow other) {
        if (level() != other.level()) {
            return level().goesBefore(other.level());
        }
        long ahead = other.finishNanos - finishNanos;
        return ahead > 0 || (ahead == 0 && head().ordinal < other.head().ordinal);
    }

    /** Which of the two is to be served first, or null when there is neither. */
    static @Nullable Flow earlier(@Nullable Flow one, @Nullable Flow other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.goesBefore(one) ? other : one;
    }

    void add(QueuedRequest queued) {
        queued.flow = this;
        queued.ahead = tail;
        if (tail == null) {
            head = queued;
            startNow(queued);
        } else {
            tail.behind = queued;
        }
        tail = queued;
    }

    /** Takes a member out that is going to be run, has its client pay for it, and tells how much. */
    long serve(QueuedRequest queued) {
        catchUp();
        boolean wasHead = head == queued;
        long costNanos = wasHead ? headCostNanos : lane.queue().costNanos(queued);
        level().advanceTo(finishNanos - headCostNanos + costNanos);
        unlink(queued);
        if (!wasHead) {
            finishNanos += costNanos;
            client.charge(costNanos);
        } else if (head != null) {
            startNow(head);
        }
        return costNanos;
    }

    /** Takes a member out that is not going to be run. */
    void withdraw(QueuedRequest queued) {
        boolean wasHead = head == queued;
        unlink(queued);
        if (wasHead) {
            long costNanos = head == null ? 0 : lane.queue().costNanos(head);
            client.charge(costNanos - headCostNanos);
            finishNanos += costNanos - headCostNanos;
            headCostNanos = costNanos;
        }
    }

    private void startNow(QueuedRequest first) {
        headCostNanos = lane.queue().costNanos(first);
        finishNanos = client.charge(headCostNanos);
        putOffNanos = client.putOffNanos();
    }

    private void unlink(QueuedRequest queued) {
        QueuedRequest ahead = queued.ahead;
        QueuedRequest behind = queued.behind;
        if (ahead == null) {
            head = behind;
        } else {
            ahead.behind = behind;
        }
        if (behind == null) {
            tail = ahead;
        } else {
            behind.ahead = ahead;
        }
        queued.ahead = null;
        queued.behind = null;
        queued.flow = null;
    }
}
