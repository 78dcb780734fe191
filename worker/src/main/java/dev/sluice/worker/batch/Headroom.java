package dev.sluice.worker.batch;

/**
 * Keeps batches short enough for those who are going to come and matter more than their members: a batch cannot be
 * interrupted, so whoever comes just after it has left waits for all of it.
 *
 * <p>A batch takes at most a {@value #PART}th of the time that requests of a higher level have in the mean, as long as such
 * requests come; the rest is for those of their own level that came before them, and for their own run. So nothing
 * changes unless deadlines are as short as a few batches. No batch is cut so short that more than half of it is its
 * fixed part: so whoever claims a high level cannot cost the others more than half of the device. And where a run of that
 * length and another of one row take longer than they can wait, nobody is helped, so nothing is cut.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound a few numbers for each priority level
 * @units nanoseconds, rows
 */
final class Headroom {

    private static final int PART = 4;

    /** A level is expected to go on for that many times its patience after the last request of it. */
    private static final int REMEMBERED = 20;

    /** Weight of the newest request. */
    private static final double NEWEST = 1.0 / 8;

    /** No patience is longer: so nothing here overflows. */
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private final LatencyModel latency;
    private final long[] patienceNanos = new long[PriorityLevels.COUNT];
    private final long[] cameNanos = new long[PriorityLevels.COUNT];

    Headroom(LatencyModel latency) {
        this.latency = latency;
    }

    /** Takes note of a request that comes, whether it is let in or not, unless it is too late for it in any case. */
    void came(QueuedRequest queued, long nowNanos) {
        long patience = Math.min(queued.deadlineNanos() - nowNanos, LONGEST_NANOS);
        if (patience <= latency.safeNanos(1)) {
            return;
        }
        int rank = PriorityLevels.rank(queued.request().priority());
        long known = isExpected(rank, nowNanos) ? patienceNanos[rank] : patience;
        patienceNanos[rank] = known + (long) (NEWEST * (patience - known));
        cameNanos[rank] = nowNanos;
    }

    /** The largest batch that such a request may be a member of. */
    int rowsWith(QueuedRequest queued, long nowNanos) {
        int most = Integer.MAX_VALUE;
        for (int above = PriorityLevels.rank(queued.request().priority()) - 1; above >= 0; above--) {
            if (isExpected(above, nowNanos)) {
                int rows = Math.max(latency.rowsWithin(patienceNanos[above] / PART), halfFixed());
                boolean helps = latency.safeNanos(rows) + latency.safeNanos(1) <= patienceNanos[above];
                most = helps ? Math.min(most, rows) : most;
            }
        }
        return most;
    }

    /** Rows that take as long as the fixed part of a batch. */
    private int halfFixed() {
        return (int) Math.max(1, Math.round(latency.batchNanos() / latency.rowNanos()));
    }

    private boolean isExpected(int rank, long nowNanos) {
        long patience = patienceNanos[rank];
        return patience > 0 && nowNanos - cameNanos[rank] <= REMEMBERED * patience;
    }
}
