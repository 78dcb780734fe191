package dev.sluice.worker.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for one model, first come first served among those that can share a batch.
 *
 * <p>Requests of one kind (see {@link QueuedRequest#batchesWith}) stand in one lane, so that alternating shapes still
 * find company. The next batch comes from the lane whose head is oldest.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound {@code maxRequests}, which the owner asks for before it adds; add and poll cost O(lanes), and there is one lane
 *     unless shapes differ; remove costs O(requests)
 * @units length in requests, size of a batch in rows
 */
final class BatchQueue {

    private final int maxRequests;
    private final List<Lane> lanes = new ArrayList<>();
    private final DeadlineHeap deadlines = new DeadlineHeap();
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
        laneFor(queued).waiting.add(queued);
        deadlines.add(queued);
        count(queued, 1);
    }

    /** Takes that request out, wherever it stands; false if it does not stand here. */
    boolean remove(QueuedRequest queued) {
        for (Lane lane : lanes) {
            if (lane.waiting.remove(queued)) {
                left(queued, lane);
                return true;
            }
        }
        return false;
    }

    /** The request that expires first, or null when the queue is empty. */
    @Nullable
    QueuedRequest firstToExpire() {
        return deadlines.first();
    }

    /** When the oldest request came; the queue must not be empty. */
    long oldestEnqueuedNanos() {
        return due().peek().enqueuedNanos();
    }

    /** The lane whose turn it is; the queue must not be empty. */
    Lane due() {
        Lane oldest = lanes.getFirst();
        for (Lane lane : lanes) {
            if (lane.peek().enqueuedNanos() - oldest.peek().enqueuedNanos() < 0) {
                oldest = lane;
            }
        }
        return oldest;
    }

    private void left(QueuedRequest queued, Lane lane) {
        if (lane.waiting.isEmpty()) {
            lanes.remove(lane);
        }
        deadlines.remove(queued);
        count(queued, -1);
        lane.rows -= queued.request().rows();
    }

    private void count(QueuedRequest queued, int sign) {
        requests += sign;
        rows += sign * queued.request().rows();
    }

    private Lane laneFor(QueuedRequest queued) {
        for (Lane lane : lanes) {
            if (lane.peek().batchesWith(queued)) {
                lane.rows += queued.request().rows();
                return lane;
            }
        }
        Lane lane = new Lane();
        lane.rows = queued.request().rows();
        lanes.add(lane);
        return lane;
    }

    /**
     * The requests of one kind in the order in which they are to be served.
     *
     * @thread owned by the batcher loop; gone from the queue as soon as it is empty
     */
    final class Lane implements Iterable<QueuedRequest> {

        private final ArrayDeque<QueuedRequest> waiting = new ArrayDeque<>();
        private int rows;

        int requests() {
            return waiting.size();
        }

        int rows() {
            return rows;
        }

        boolean isEmpty() {
            return waiting.isEmpty();
        }

        /** The one to be served next; the lane must not be empty. */
        QueuedRequest peek() {
            return waiting.element();
        }

        /** Takes the one to be served next out of the queue; the lane must not be empty. */
        QueuedRequest poll() {
            QueuedRequest next = waiting.remove();
            left(next, this);
            return next;
        }

        /** In the order of service, and only to be looked at. */
        @Override
        public Iterator<QueuedRequest> iterator() {
            return waiting.iterator();
        }
    }
}
