package dev.sluice.worker.batch;

/**
 * For tests that are not about learning: flushes whatever is queued, up to a fixed maximum, when an instance is idle.
 *
 * @thread immutable
 */
public final class GreedyPolicy implements BatchPolicy {

    private final BatchDecision.Flush flush;

    /** @param maxBatchRows most rows of one batch; 1 for a model that cannot be batched */
    public GreedyPolicy(int maxBatchRows) {
        this.flush = new BatchDecision.Flush(maxBatchRows);
    }

    @Override
    public BatchDecision decide(QueueState queue, LatencyModel latency, long nowNanos) {
        return queue.canFlush() ? flush : BatchDecision.UNTIL_SOMETHING_HAPPENS;
    }
}
