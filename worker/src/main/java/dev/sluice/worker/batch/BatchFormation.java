package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks the members of the next batch, and refuses who cannot be served any more.
 *
 * <p>As long as everybody has time enough for a full batch, which is always so unless deadlines are as short as a few
 * batches, members are simply taken in the order of service. Otherwise {@link DeadlinePlan} says how long the batch may
 * run; who has less time left is passed over, and refused at once if there will be no other chance.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @units rows
 * @errors DeadlineExceeded for who could not make it even alone, Overloaded for who could if others did not wait
 */
final class BatchFormation {

    private final BatchQueue queue;
    private final LatencyModel latency;
    private final MemoryLimit memory;
    private final DeadlinePlan plan;

    BatchFormation(BatchQueue queue, LatencyModel latency, MemoryLimit memory) {
        this.queue = queue;
        this.latency = latency;
        this.memory = memory;
        this.plan = new DeadlinePlan(latency);
    }

    /**
     * Why a request that comes while no instance is idle is of no use, or null.
     *
     * @param busyNanos how long until the first instance is expected back
     */
    @Nullable
    InferenceError refusal(QueuedRequest queued, long busyNanos, long nowNanos) {
        long left = queued.deadlineNanos() - nowNanos;
        long alone = latency.safeNanos(queued.request().rows());
        if (left < alone) {
            return new InferenceError.DeadlineExceeded("enqueue");
        }
        return alone > 0 && left < busyNanos + alone ? overloaded(queued) : null;
    }

    /**
     * The next batch: the request whose turn it is and, of the same kind, as many after it as fit.
     *
     * @param wantedRows most rows of the batch, if there is memory for them; a request that is larger by itself makes a
     *     batch of its own
     * @param busyNanos for each instance how long until it is expected back; one of them is idle
     */
    Batch next(int wantedRows, long[] busyNanos, long nowNanos) {
        refuseHopeless(nowNanos);
        BatchQueue.Lane lane = queue.due();
        int maxRows = Math.min(wantedRows, memory.rows(lane.peek().request()));
        if (lane.requests() == 1 || haveTimeFor(Math.min(maxRows, lane.rows()), nowNanos)) {
            return take(lane, maxRows);
        }
        long budget = plan.budgetNanos(lane, maxRows, busyNanos, nowNanos);
        Batch batch = pick(lane, Math.min(maxRows, latency.rowsWithin(budget)), nowNanos + budget);
        refusePassedOver(batch, busyNanos, nowNanos);
        return batch;
    }

    private boolean haveTimeFor(int rows, long now) {
        QueuedRequest first = queue.firstToExpire();
        return first == null || !latency.isKnown() || first.deadlineNanos() - now >= latency.safeNanos(rows);
    }

    /** All but the last one, which is tried in any case: only a run can show that the latency was learnt wrongly. */
    private void refuseHopeless(long now) {
        for (QueuedRequest next = queue.firstToExpire();
                next != null
                        && queue.requests() > 1
                        && next.deadlineNanos() - now
                                < latency.safeNanos(next.request().rows());
                next = queue.firstToExpire()) {
            queue.remove(next);
            next.complete(new InferenceError.DeadlineExceeded("queue"));
        }
    }

    private static Batch take(BatchQueue.Lane lane, int maxRows) {
        List<QueuedRequest> members = new ArrayList<>();
        int rows = 0;
        do {
            QueuedRequest next = lane.poll();
            members.add(next);
            rows += next.request().rows();
        } while (!lane.isEmpty() && lane.peek().request().rows() <= maxRows - rows);
        return new Batch(members, rows);
    }

    /** In the order of service who fits, without those whose deadline is before the batch's end. */
    private Batch pick(BatchQueue.Lane lane, int maxRows, long endNanos) {
        List<QueuedRequest> members = new ArrayList<>();
        int rows = 0;
        for (QueuedRequest next : lane) {
            boolean fits = members.isEmpty() || next.request().rows() <= maxRows - rows;
            if (fits && next.deadlineNanos() - endNanos >= 0) {
                members.add(next);
                rows += next.request().rows();
            }
            if (rows >= maxRows) {
                break;
            }
        }
        members.forEach(queue::serve);
        return new Batch(members, rows);
    }

    private void refusePassedOver(Batch running, long[] busyNanos, long now) {
        long nextIdle = nextIdleNanos(busyNanos, latency.nanos(running.rows()));
        for (QueuedRequest next = queue.firstToExpire();
                next != null
                        && next.deadlineNanos() - now
                                < nextIdle + latency.safeNanos(next.request().rows());
                next = queue.firstToExpire()) {
            queue.remove(next);
            next.complete(overloaded(next));
        }
    }

    /** When the next instance is idle if one that is idle now runs for that long. */
    private static long nextIdleNanos(long[] busyNanos, long runNanos) {
        long[] sorted = busyNanos.clone();
        Arrays.sort(sorted);
        return sorted.length == 1 ? runNanos : Math.min(runNanos, sorted[1]);
    }

    private static InferenceError overloaded(QueuedRequest queued) {
        return new InferenceError.Overloaded(
                "model " + queued.request().model() + " has more to do than it can finish within the deadlines",
                InferenceError.RETRY_SOON_MILLIS);
    }
}
