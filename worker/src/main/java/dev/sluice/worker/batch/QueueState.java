package dev.sluice.worker.batch;

/**
 * What a {@link BatchPolicy} sees of a model's queue and its instances.
 *
 * @param requests that wait; their deadlines have not passed
 * @param rows of all of them
 * @param nextRows of those that could share the next batch, being of the kind whose turn it is
 * @param oldestEnqueuedNanos when the oldest of them came; without meaning if there are none
 * @param idleInstances that could run a batch at once
 * @param instances idle and busy ones
 * @param batches that have left so far
 */
public record QueueState(
        int requests,
        int rows,
        int nextRows,
        long oldestEnqueuedNanos,
        int idleInstances,
        int instances,
        long batches) {

    boolean canFlush() {
        return requests > 0 && idleInstances > 0;
    }
}
