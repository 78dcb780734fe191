package dev.sluice.worker.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The requests that wait for one model, first come first served among those that can share a batch.
 *
 * <p>Requests of one kind (see {@link QueuedRequest#batchesWith}) stand in one lane, so that alternating shapes still
 * find company. The next batch comes from the lane whose head is oldest.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound at most {@code maxRequests}; offer and take cost O(lanes), and there is one lane unless shapes differ
 * @units length in requests, size of a batch in rows
 */
final class BatchQueue {

    private final int maxRequests;
    private final List<ArrayDeque<QueuedRequest>> lanes = new ArrayList<>();
    private int requests;
    private int rows;

    BatchQueue(int maxRequests) {
        this.maxRequests = maxRequests;
    }

    int requests() {
        return requests;
    }

    int rows() {
        return rows;
    }

    boolean isEmpty() {
        return requests == 0;
    }

    boolean isFull() {
        return requests >= maxRequests;
    }

    void add(QueuedRequest queued) {
        laneFor(queued).add(queued);
        count(queued, 1);
    }

    /**
     * Takes the oldest request and, of the same kind, as many after it as fit.
     *
     * @param maxRows most rows of the batch; a request that is larger by itself makes a batch of its own
     */
    Batch take(int maxRows) {
        ArrayDeque<QueuedRequest> lane = oldestLane();
        List<QueuedRequest> members = new ArrayList<>();
        int batchRows = 0;
        do {
            QueuedRequest next = lane.remove();
            count(next, -1);
            members.add(next);
            batchRows += next.request().rows();
        } while (!lane.isEmpty() && lane.element().request().rows() <= maxRows - batchRows);
        if (lane.isEmpty()) {
            lanes.remove(lane);
        }
        return new Batch(members, batchRows);
    }

    /** Removes every request that nobody waits for any more. */
    void removeUnwanted(long nowNanos, Consumer<QueuedRequest> removed) {
        List<QueuedRequest> gone = new ArrayList<>();
        for (Iterator<ArrayDeque<QueuedRequest>> each = lanes.iterator(); each.hasNext(); ) {
            ArrayDeque<QueuedRequest> lane = each.next();
            lane.removeIf(queued -> queued.isUnwanted(nowNanos) && gone.add(queued));
            if (lane.isEmpty()) {
                each.remove();
            }
        }
        for (QueuedRequest queued : gone) {
            count(queued, -1);
            removed.accept(queued);
        }
    }

    private void count(QueuedRequest queued, int sign) {
        requests += sign;
        rows += sign * queued.request().rows();
    }

    private ArrayDeque<QueuedRequest> laneFor(QueuedRequest queued) {
        for (ArrayDeque<QueuedRequest> lane : lanes) {
            if (lane.element().batchesWith(queued)) {
                return lane;
            }
        }
        ArrayDeque<QueuedRequest> lane = new ArrayDeque<>();
        lanes.add(lane);
        return lane;
    }

    private ArrayDeque<QueuedRequest> oldestLane() {
        ArrayDeque<QueuedRequest> oldest = lanes.getFirst();
        for (ArrayDeque<QueuedRequest> lane : lanes) {
            if (lane.element().enqueuedNanos() - oldest.element().enqueuedNanos() < 0) {
                oldest = lane;
            }
        }
        return oldest;
    }
}
