package dev.sluice.worker.batch;

/**
 * Flushes whatever is queued, up to the model's maximum, whenever an instance is idle.
 *
 * <p>It never waits with an idle instance, so a lone client pays nothing; and it needs no timer, because under load
 * requests gather by themselves while every instance is busy.
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
    public BatchDecision decide(int queuedRequests, int queuedRows, int idleInstances, long nowNanos) {
        return queuedRequests > 0 && idleInstances > 0 ? flush : BatchDecision.UNTIL_SOMETHING_HAPPENS;
    }
}
