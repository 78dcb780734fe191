package dev.sluice.worker.batch;

/**
 * What the runs of a model teach of its latency.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 */
final class Learning {

    private final LatencyModel latency;
    private final LatencyModel shown;
    private final Tally tally;

    /**
     * @param latency of the device that they run on
     * @param shown that of the model's first device, which whoever listens is told of
     */
    Learning(LatencyModel latency, LatencyModel shown, Tally tally) {
        this.latency = latency;
        this.shown = shown;
        this.tally = tally;
    }

    /** A batch has run. */
    void ran(RunningBatches.Run run, long nowNanos) {
        learn(run, nowNanos - run.formedNanos());
    }

    /**
     * A batch was ended before its end. That says nothing, unless it had already taken longer than expected: then it would
     * have taken longer still. Without that, clients who leave just before their deadlines would keep a model that has
     * become slow from ever being found out, and each of its batches would be too large.
     */
    void withdrawn(RunningBatches.Run run, long nowNanos) {
        tally.withdrawn();
        boolean isLate = run.predictedNanos(latency) > 0 && nowNanos > run.expectedNanos();
        if (isLate) {
            learn(run, nowNanos - run.formedNanos());
        }
    }

    private void learn(RunningBatches.Run run, long takenNanos) {
        long predicted = run.predictedNanos(latency);
        latency.observe(run.batch().rows(), takenNanos);
        tally.learned(predicted, takenNanos, shown.learned());
    }
}
