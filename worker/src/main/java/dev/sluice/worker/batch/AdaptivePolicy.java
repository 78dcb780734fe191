package dev.sluice.worker.batch;

/**
 * Flushes whatever is queued whenever an instance is idle, in batches no larger than is of use.
 *
 * <p>It never waits with an idle instance, so a lone client pays nothing; and it needs no timer, because under load
 * requests gather by themselves while every instance is busy. What it learns is how large a batch is worth its
 * latency: for a model that gains nothing from batching that is one row. Now and then a batch may have twice or half that
 * size, so that what was learnt wrongly, or has changed, is noticed.
 *
 * @thread immutable
 */
public final class AdaptivePolicy implements BatchPolicy {

    /** No latency objective. */
    public static final long NO_SLO = 0;

    private final int maxBatchRows;
    private final long sloNanos;

    /**
     * @param maxBatchRows most rows of one batch
     * @param sloNanos how long a request should take from enqueue to answer at most, or {@link #NO_SLO}
     */
    public AdaptivePolicy(int maxBatchRows, long sloNanos) {
        this.maxBatchRows = maxBatchRows;
        this.sloNanos = sloNanos;
    }

    @Override
    public int maxRows() {
        return maxBatchRows;
    }

    @Override
    public BatchDecision decide(QueueState queue, LatencyModel latency, long nowNanos) {
        if (!queue.canFlush()) {
            return BatchDecision.UNTIL_SOMETHING_HAPPENS;
        }
        int useful = latency.usefulRows(queue.batches());
        int rows = Math.min(Math.min(maxBatchRows, useful), rowsWithinSlo(queue.instances(), latency));
        return new BatchDecision.Flush(Math.max(1, rows));
    }

    /** Whoever comes when a batch has just left waits until the next leaves, in even stagger, and then for its own. */
    private int rowsWithinSlo(int instances, LatencyModel latency) {
        return sloNanos == NO_SLO ? Integer.MAX_VALUE : latency.rowsWithin(sloNanos / (instances + 1) * instances);
    }
}
