package dev.sluice.worker.batch;

import java.util.List;

/**
 * Waits for a batch of a preferred size, but no longer than a fixed delay, as Triton's dynamic batcher does.
 *
 * <p>As soon as the requests of the kind whose turn it is reach a preferred size, a batch leaves that is no larger than
 * the largest such size. When the oldest request has waited for the delay, or a deadline could not be met any more,
 * whatever is there leaves. It is for those
 * who bring such settings along; {@link AdaptivePolicy} needs none and does not wait.
 *
 * @thread immutable
 * @source Triton Inference Server, dynamic_batch_scheduler.cc
 */
public final class FixedDelayPolicy implements BatchPolicy {

    private final int maxBatchRows;
    private final List<Integer> preferredRows;
    private final long delayNanos;

    /**
     * @param maxBatchRows most rows of one batch
     * @param preferredRows sizes worth a batch at once; none for {@code maxBatchRows} alone
     * @param delayNanos how long the oldest may wait for one of them; 0 to prefer them without waiting
     */
    public FixedDelayPolicy(int maxBatchRows, List<Integer> preferredRows, long delayNanos) {
        this.maxBatchRows = maxBatchRows;
        this.preferredRows = preferredRows.isEmpty() ? List.of(maxBatchRows) : List.copyOf(preferredRows);
        this.delayNanos = delayNanos;
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
        long dueNanos = dueNanos(queue, latency);
        boolean overdue = nowNanos - dueNanos >= 0;
        if (overdue && delayNanos > 0) {
            return new BatchDecision.Flush(maxBatchRows);
        }
        int preferred = preferredWithin(queue.nextRows());
        if (preferred > 0) {
            return new BatchDecision.Flush(preferred);
        }
        return overdue ? new BatchDecision.Flush(maxBatchRows) : new BatchDecision.WaitUntil(dueNanos);
    }

    /** When the delay is over, or before, if otherwise somebody's deadline could not be met. */
    private long dueNanos(QueueState queue, LatencyModel latency) {
        long delayed = queue.oldestEnqueuedNanos() + delayNanos;
        long run = latency.safeNanos(Math.min(queue.nextRows(), maxBatchRows));
        long unknown = (queue.firstDeadlineNanos() - queue.oldestEnqueuedNanos()) / 2;
        long latest = queue.firstDeadlineNanos() - (run > 0 ? run : unknown);
        return latest - delayed < 0 ? latest : delayed;
    }

    /** The largest preferred size that so many rows fill, or 0. */
    private int preferredWithin(int rows) {
        int largest = 0;
        for (int preferred : preferredRows) {
            if (preferred <= rows) {
                largest = Math.max(largest, preferred);
            }
        }
        return largest;
    }
}
