package dev.sluice.worker.contract;

/**
 * What a batcher believes that its model can do, for whoever has to decide how much to send it.
 *
 * @param queueRequests that may wait
 * @param instances that run batches at the same time
 * @param batchRows rows of a batch under load
 * @param batchNanos how long such a batch runs; 0 as long as that is not known
 */
public record Capacity(int queueRequests, int instances, int batchRows, long batchNanos) {

    /** Nothing is known, so nothing follows. */
    public static final Capacity UNKNOWN = new Capacity(0, 1, 1, 0);

    public boolean isKnown() {
        return batchNanos > 0;
    }

    /** Rows that keep every instance at work. */
    public long busyRows() {
        return (long) instances * batchRows;
    }

    /** Rows that are done in that time when every instance is at work. */
    public double rowsIn(double nanos) {
        return nanos / batchNanos * busyRows();
    }

    /** How long so many rows take when every instance is at work; 0 as long as that is not known. */
    public double nanosFor(long rows) {
        return (double) rows / busyRows() * batchNanos;
    }
}
