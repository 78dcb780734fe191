package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
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

    /** So few rows that no second request fits, not even one without rows. */
    static final int ONE_REQUEST_AT_A_TIME = -1;

    private static final Batch NOBODY = Batch.of(List.of(), FlushReason.DEADLINE);

    /** Of a model that has one device. */
    static final Predicate<QueuedRequest> NOWHERE_ELSE = queued -> false;

    /**
     * Whose batches are formed.
     *
     * @param drop told of who has left the queue and is owed that refusal
     */
    record Owner(ModelId model, BatchQueue queue, BiConsumer<QueuedRequest, Refusal> drop) {}

    private final ModelId model;
    private final BatchQueue queue;
    private final LatencyModel latency;
    private final MemoryLimit memory;
    private final BiConsumer<QueuedRequest, Refusal> drop;
    private final DeadlinePlan plan;
    private final Headroom headroom;

    /** Where nobody has time enough here, and nobody has come since who has; null if that is not known of any. */
    private BatchQueue.@Nullable Lane barren;

    /** On the device that this has been learnt of. */
    BatchFormation(Owner owner, LatencyModel latency, MemoryLimit memory) {
        this.model = owner.model;
        this.queue = owner.queue;
        this.latency = latency;
        this.memory = memory;
        this.drop = owner.drop;
        this.plan = new DeadlinePlan(latency);
        this.headroom = new Headroom(latency);
    }

    /** Takes note of a request that comes, before anything is decided about it. */
    void expectMoreLike(QueuedRequest queued, long nowNanos) {
        if (barren != null && hasTimeAlone(queued, nowNanos)) {
            barren = null;
        }
        if (!queued.follows()) { // or the last piece of a large request would make its client seem to be in a hurry
            headroom.came(queued, nowNanos);
        }
    }

    /**
     * Why a request that comes while no instance is idle is of no use, or null.
     *
     * @param busyNanos for each instance how long until it is expected back; none if all are being replaced
     */
    @Nullable
    Refusal refusal(QueuedRequest queued, long[] busyNanos, long nowNanos) {
        long left = queued.deadlineNanos() - nowNanos;
        long alone = neededNanos(queued, busyNanos.length);
        if (left < alone) {
            return Refusal.lateAtArrival();
        }
        return alone > 0 && left < answerNanos(queued, busyNanos) ? Refusal.busyAtArrival(model) : null;
    }

    /** In what time it would have its answer if nobody else waited. */
    long answerNanos(QueuedRequest queued, long[] busyNanos) {
        return Arrays.stream(busyNanos).min().orElse(0) + neededNanos(queued, busyNanos.length);
    }

    /**
     * The next batch: the request whose turn it is and, of the same kind, as many after it as fit. It is empty if there
     * was no hope for any that waited.
     *
     * @param wantedRows most rows of the batch, if there is memory for them; a request that is larger by itself makes a
     *     batch of its own
     * @param busyNanos for each instance how long until it is expected back; one of them is idle
     * @param elsewhere whether a request that cannot be answered in time here can be on another device
     */
    Batch next(int wantedRows, long[] busyNanos, long nowNanos, Predicate<QueuedRequest> elsewhere) {
        refuseHopeless(busyNanos.length, nowNanos, elsewhere);
        if (queue.isEmpty()) {
            return Batch.of(List.of(), FlushReason.DEADLINE);
        }
        BatchQueue.Lane lane = queue.due();
        int maxRows = roomWith(lane.peek(), Math.min(wantedRows, headroom.rowsWith(lane.peek(), nowNanos)));
        if (lane.requests() == 1 || haveTimeFor(Math.min(maxRows, lane.rows()), nowNanos)) {
            return take(lane, maxRows, nowNanos);
        }
        long budget = plan.budgetNanos(lane, maxRows, busyNanos, nowNanos);
        Batch batch = pick(lane, maxRows, budget, nowNanos);
        refusePassedOver(batch, busyNanos, nowNanos, elsewhere);
        return batch;
    }

    /**
     * A batch of those who stand behind others that are served elsewhere sooner, and who have time enough here; perhaps
     * an empty one. Nobody is tried in vain, since it is not here that they have their last chance; who had it here, and
     * has none elsewhere, is refused.
     *
     * @param rowsAhead of the others, if there are so many and as many behind them
     */
    Batch behind(long rowsAhead, int wantedRows, long[] busyNanos, long nowNanos, Predicate<QueuedRequest> elsewhere) {
        Batch batch = behind(rowsAhead, wantedRows, nowNanos);
        if (batch.size() > 0) {
            refusePassedOver(batch, busyNanos, nowNanos, elsewhere);
        }
        return batch;
    }

    private Batch behind(long rowsAhead, int wantedRows, long nowNanos) {
        BatchQueue.Lane lane = queue.due();
        if (lane == barren) {
            return NOBODY; // or a long queue of short deadlines is gone through at each event
        }
        int maxRows = roomWith(lane.peek(), wantedRows);
        long skipped = Math.clamp(rowsAhead, 0, Math.max(0, lane.rows() - Math.max(1, maxRows)));
        List<QueuedRequest> behind = new ArrayList<>();
        boolean anyHasTime = false;
        for (QueuedRequest next : lane) {
            anyHasTime |= hasTimeAlone(next, nowNanos);
            if (skipped > 0) {
                skipped -= next.request().rows();
            } else {
                behind.add(next);
            }
        }
        if (!anyHasTime) {
            barren = lane;
            return NOBODY;
        }
        Batch best = mostInTime(behind, maxRows, nowNanos);
        boolean all = best.size() == lane.requests();
        best.members().forEach(queue::serve);
        return all ? new Batch(best.members(), best.rows(), FlushReason.ALL) : best;
    }

    private boolean hasTimeAlone(QueuedRequest queued, long now) {
        int rows = Math.max(1, queued.request().rows());
        return queued.deadlineNanos() - now >= latency.safeNanos(rows);
    }

    /** The batch that answers most in its time, of that size, or of half of it, and so on. */
    private Batch mostInTime(List<QueuedRequest> behind, int maxRows, long nowNanos) {
        Batch best = NOBODY;
        double most = 0;
        for (int rows = maxRows; rows == maxRows || rows > 0; rows /= 2) {
            Batch batch = inTime(behind, rows, nowNanos);
            double worth = batch.size() / (double) Math.max(1, latency.nanos(batch.rows()));
            if (worth > most) {
                best = batch;
                most = worth;
            }
            if (batch.rows() >= rows) {
                break; // all of them have time enough, and smaller ones are no better
            }
        }
        return best;
    }

    /** A batch of no more rows, each of whose members would be done with it in time. */
    private Batch inTime(List<QueuedRequest> from, int maxRows, long now) {
        long runNanos = latency.safeNanos(Math.max(1, maxRows));
        List<QueuedRequest> members = new ArrayList<>();
        int rows = 0;
        int room = maxRows;
        for (QueuedRequest next : from) {
            int own = next.request().rows();
            long needed = own > maxRows ? latency.safeNanos(own) : runNanos;
            if ((members.isEmpty() || fits(next, roomWith(next, room), rows)) && next.deadlineNanos() - now >= needed) {
                members.add(next);
                rows += own;
                room = roomWith(next, room);
            }
            if (rows >= room) {
                break;
            }
        }
        return new Batch(members, rows, rows < maxRows ? FlushReason.DEADLINE : full(maxRows));
    }

    /** One request, of those that matter least: what it is to show may cost it its answer. */
    Batch probe() {
        return Batch.of(List.of(queue.pollLeastUrgent()), FlushReason.PROBE);
    }

    private boolean haveTimeFor(int rows, long now) {
        QueuedRequest first = queue.firstToExpire();
        return first == null || !latency.isKnown() || first.deadlineNanos() - now >= latency.safeNanos(rows);
    }

    /**
     * How long it safely takes until it has all its answer if nobody else is served: a piece stands for the rows that
     * are to follow it, too, on all instances at once.
     */
    private long neededNanos(QueuedRequest queued, int instances) {
        return neededNanos(queued, instances, latency::safeNanos);
    }

    private static long neededNanos(QueuedRequest queued, int instances, IntToLongFunction nanos) {
        int rows = queued.request().rows();
        int toCome = queued.rowsToCome();
        long alone = nanos.applyAsLong(rows);
        if (toCome == 0) {
            return alone;
        }
        int lastRows = toCome % rows;
        long inAll = alone * (1 + toCome / rows) + (lastRows == 0 ? 0 : nanos.applyAsLong(lastRows));
        return Math.max(alone, inAll / Math.max(1, instances));
    }

    /**
     * All but the last one, which is tried in any case: only a run can show that the latency was learnt wrongly. What
     * follows a piece has had its try; but while nobody else waits it keeps nobody out, and goes on for as long as it may
     * be in time: its first pieces may have met a cold model, which looks slow and uncertain then.
     */
    private void refuseHopeless(int instances, long now, Predicate<QueuedRequest> elsewhere) {
        for (QueuedRequest next = queue.firstToExpire();
                next != null && isHopeless(next, instances, now) && !elsewhere.test(next);
                next = queue.firstToExpire()) {
            queue.remove(next);
            drop.accept(next, Refusal.hopeless());
        }
    }

    private boolean isHopeless(QueuedRequest next, int instances, long now) {
        long leftNanos = next.deadlineNanos() - now;
        return queue.requests() > 1
                ? leftNanos < neededNanos(next, instances)
                : next.follows() && leftNanos < neededNanos(next, instances, latency::nanos);
    }

    private Batch take(BatchQueue.Lane lane, int maxRows, long now) {
        List<QueuedRequest> members = new ArrayList<>();
        int rows = 0;
        int room = maxRows;
        boolean leavesHeadroom = headroom.rowsWith(lane.peek(), now) > maxRows;
        boolean goesOn;
        do {
            QueuedRequest next = lane.poll();
            members.add(next);
            rows += next.request().rows();
            room = lane.isEmpty() ? room : roomWith(lane.peek(), room);
            boolean fitsInHeadroom = lane.isEmpty() || fits(lane.peek(), headroom.rowsWith(lane.peek(), now), rows);
            leavesHeadroom &= fitsInHeadroom;
            goesOn = !lane.isEmpty() && fitsInHeadroom && fits(lane.peek(), room, rows);
        } while (goesOn);
        FlushReason full = full(maxRows) == FlushReason.FULL && !leavesHeadroom ? FlushReason.DEADLINE : full(maxRows);
        return new Batch(members, rows, lane.isEmpty() ? FlushReason.ALL : full);
    }

    private static boolean fits(QueuedRequest next, int room, int rows) {
        return next.request().rows() <= room - rows;
    }

    /** In a batch that has that request in it, which may have larger rows than the others. */
    private int roomWith(QueuedRequest next, int maxRows) {
        return Math.min(maxRows, memory.rows(next.request()));
    }

    private static FlushReason full(int maxRows) {
        return maxRows == ONE_REQUEST_AT_A_TIME ? FlushReason.UNBATCHED : FlushReason.FULL;
    }

    /** In the order of service who fits, without those whose deadline is before the batch's end. */
    private Batch pick(BatchQueue.Lane lane, int mostRows, long budgetNanos, long now) {
        int maxRows = Math.min(mostRows, latency.rowsWithin(budgetNanos));
        long longestNanos = Math.min(budgetNanos, latency.safeNanos(Math.min(maxRows, lane.rows())));
        List<QueuedRequest> members = new ArrayList<>();
        int rows = 0;
        int room = maxRows;
        boolean passedOver = false;
        for (QueuedRequest next : lane) {
            boolean fits = fits(next, roomWith(next, room), rows);
            int rowsWith = headroom.rowsWith(next, now);
            long runNanos = rowsWith < maxRows ? Math.min(longestNanos, latency.safeNanos(rowsWith)) : longestNanos;
            boolean inTime =
                    next.deadlineNanos() - now >= runNanos && (members.isEmpty() || fits(next, rowsWith, rows));
            passedOver |= fits && !inTime;
            if (fits && inTime) {
                members.add(next);
                rows += next.request().rows();
                room = roomWith(next, room);
            }
            if (rows >= room) {
                break;
            }
        }
        if (members.isEmpty()) {
            return Batch.of(
                    List.of(lane.poll()), FlushReason.DEADLINE); // larger than what there is time for: it is tried
        }
        boolean all = members.size() == lane.requests();
        members.forEach(queue::serve);
        boolean shortened = passedOver || maxRows < mostRows;
        return new Batch(members, rows, all ? FlushReason.ALL : shortened ? FlushReason.DEADLINE : full(mostRows));
    }

    private void refusePassedOver(Batch running, long[] busyNanos, long now, Predicate<QueuedRequest> elsewhere) {
        long nextIdle = nextIdleNanos(busyNanos, latency.nanos(running.rows()));
        for (QueuedRequest next = queue.firstToExpire();
                next != null
                        && next.deadlineNanos() - now < nextIdle + neededNanos(next, busyNanos.length)
                        && !elsewhere.test(next);
                next = queue.firstToExpire()) {
            queue.remove(next);
            drop.accept(next, Refusal.givenUp(model));
        }
    }

    /** When the next instance is idle if one that is idle now runs for that long. */
    private static long nextIdleNanos(long[] busyNanos, long runNanos) {
        long[] sorted = busyNanos.clone();
        Arrays.sort(sorted);
        return sorted.length == 1 ? runNanos : Math.min(runNanos, sorted[1]);
    }
}
