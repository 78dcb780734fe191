package dev.sluice.worker.contract;

/**
 * What a batcher has learned of how long its model's batches take.
 *
 * @param batches that it has learned from
 * @param fewestRows of one of them; without meaning if there were none, as is {@code mostRows}
 * @param known whether it is relied on for batches of any size, or only for sizes that have been seen
 * @param batchNanos what a batch takes whatever its size
 * @param rowNanos what each row adds
 * @param noise standard deviation of what predictions missed by, as a share of the prediction
 * @param usefulRows beyond which a batch is not made larger; without meaning unless {@code known}
 */
public record LearnedLatency(
        int batches,
        int fewestRows,
        int mostRows,
        boolean known,
        double batchNanos,
        double rowNanos,
        double noise,
        int usefulRows) {}
