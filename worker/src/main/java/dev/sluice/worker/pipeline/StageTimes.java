package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceResponse.Timing;

/**
 * Where the time of a request went in all its stages together.
 *
 * @thread confined to the loop of its pipeline
 * @units nanoseconds; stages that run beside each other count both
 */
final class StageTimes {

    private long queueNanos;
    private long gatherNanos;
    private long runNanos;
    private int batchRows;
    private long readyNanos;

    void add(Timing stage) {
        queueNanos += stage.queueNanos();
        gatherNanos += stage.gatherNanos();
        runNanos += stage.runNanos();
        batchRows = Math.max(batchRows, stage.batchRows());
        readyNanos = stage.readyNanos(); // they are told as they come, so the last one is the latest
    }

    /** The rows are those of the largest batch. */
    Timing sum() {
        return new Timing(queueNanos, gatherNanos, runNanos, batchRows, readyNanos);
    }
}
