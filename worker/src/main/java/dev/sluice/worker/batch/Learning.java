package dev.sluice.worker.batch;

/**
 * What the runs of a model teach of its latency.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 */
final class Learning {

    private final LatencyModel latency;
    private final Tally tally;

    Learning(LatencyModel latency, Tally tally) {
        this.latency = latency;
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
        tally.learned(predicted, takenNanos, latency.learned());
    }
}
