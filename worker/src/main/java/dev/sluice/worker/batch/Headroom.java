package dev.sluice.worker.batch;

/**
 * Keeps batches short enough for those who are going to come and matter more than their members: a batch cannot be
 * interrupted, so whoever comes just after it has left waits for all of it.
 *
 * <p>A batch takes at most a {@value #PART}th of the time that requests of a higher level have, as long as such
 * requests come; the rest is for those of their own level that came before them, and for their own run. So nothing
 * changes unless deadlines are as short as a few batches. One row may always run, and where two runs of one row take
 * longer than they can wait, no batch is short enough, so they shorten none.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound a few numbers for each priority level
 * @units nanoseconds, rows
 */
final class Headroom {

    private static final int PART = 4;

    /** A level is expected to go on for that many times its patience after the last request of it. */
    private static final int REMEMBERED = 100;

    /** Weight of a request that is more patient than was known; one that is less so counts at once. */
    private static final double MORE_PATIENT = 1.0 / 16;

    /** No patience is longer: so nothing here overflows. */
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private final LatencyModel latency;
    private final long[] patienceNanos = new long[PriorityLevels.COUNT];
    private final long[] cameNanos = new long[PriorityLevels.COUNT];

    Headroom(LatencyModel latency) {
        this.latency = latency;
    }

    /** Takes note of a request that comes, whether it is let in or not. */
    void came(QueuedRequest queued, long nowNanos) {
        int rank = PriorityLevels.rank(queued.request().priority());
        long patience = Math.clamp(queued.deadlineNanos() - nowNanos, 1, LONGEST_NANOS);
        long known = isExpected(rank, nowNanos) ? patienceNanos[rank] : patience;
        patienceNanos[rank] = Math.min(patience, known + (long) (MORE_PATIENT * (patience - known)));
        cameNanos[rank] = nowNanos;
    }

    /** The largest batch that such a request may be a member of. */
    int rowsWith(QueuedRequest queued, long nowNanos) {
        int rows = Integer.MAX_VALUE;
        for (int above = PriorityLevels.rank(queued.request().priority()) - 1; above >= 0; above--) {
            if (isExpected(above, nowNanos) && 2 * latency.safeNanos(1) <= patienceNanos[above]) {
                rows = Math.min(rows, Math.max(1, latency.rowsWithin(patienceNanos[above] / PART)));
            }
        }
        return rows;
    }

    private boolean isExpected(int rank, long nowNanos) {
        long patience = patienceNanos[rank];
        return patience > 0 && nowNanos - cameNanos[rank] <= REMEMBERED * patience;
    }
}
