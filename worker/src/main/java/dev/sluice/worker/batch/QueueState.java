package dev.sluice.worker.batch;

/**
 * What a {@link BatchPolicy} sees of a model's queue and its instances.
 *
 * @param requests that wait; their deadlines have not passed
 * @param rows of all of them
 * @param nextRows of those that could share the next batch, being of the kind whose turn it is
 * @param oldestEnqueuedNanos when the oldest of them came; without meaning if there are none
 * @param firstDeadlineNanos when the first of them expires; without meaning if there are none
 * @param idleInstances that could run a batch at once
 * @param instances idle and busy ones
 * @param batches that have left so far
 */
public record QueueState(
        int requests,
        int rows,
        int nextRows,
        long oldestEnqueuedNanos,
        long firstDeadlineNanos,
        int idleInstances,
        int instances,
        long batches) {

    private static final long FAR_NANOS = 3_600_000_000_000L;

    /** The same, but with a request that waits and an idle instance if there is none: when there is something to decide. */
    QueueState decidable(long nowNanos) {
        return new QueueState(
                Math.max(1, requests),
                Math.max(1, rows),
                Math.max(1, nextRows),
                requests == 0 ? nowNanos : oldestEnqueuedNanos,
                requests == 0 ? nowNanos + FAR_NANOS : firstDeadlineNanos,
                Math.max(1, idleInstances),
                Math.max(1, instances),
                0);
    }

    boolean canFlush() {
        return requests > 0 && idleInstances > 0;
    }
}
