package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.CircuitState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a model on one device, what they run, and what has been learnt of them alone: how long batches take
 * there, how large there is memory for, whether they fail, and who made them fail.
 *
 * @thread owned by the batcher loop; knows no clock
 * @bound one batch for each instance
 */
final class BatchGroup {

    /**
     * A group that has run nothing for that many times what a row takes there has one, though others would have it done
     * sooner: a device that was slow once would never show otherwise that it is not any more.
     */
    private static final int LOOK = 128;

    /**
     * Hears of a run that is over.
     *
     * @thread the batcher loop
     */
    @FunctionalInterface
    interface Ended {
        void with(BatchGroup group, RunningBatches.Run run, BatchResult result);
    }

    private final GroupOptions options;
    private final BatchRunner instances;
    private final BatchGate gate;
    private final LatencyModel latency;
    private final Learning learning;
    private final BatchFormation formation;
    private final MemoryLimit memory = new MemoryLimit();
    private final RunningBatches running = new RunningBatches();
    private final Suspects suspects = new Suspects();
    private long usedNanos;
    private boolean used;

    /**
     * @param latency what its {@code profile} says
     * @param shown that of the first group
     */
    BatchGroup(
            GroupOptions options, LatencyModel latency, LatencyModel shown, Tally tally, BatchFormation.Owner owner) {
        this.options = options;
        this.instances = options.instances();
        this.gate = options.gate();
        this.latency = latency;
        this.learning = new Learning(latency, shown, tally);
        this.formation = new BatchFormation(owner, latency, memory);
    }

    String name() {
        return options.name();
    }

    LatencyModel latency() {
        return latency;
    }

    BatchFormation formation() {
        return formation;
    }

    MemoryLimit memory() {
        return memory;
    }

    Suspects suspects() {
        return suspects;
    }

    BatchGate gate() {
        return gate;
    }

    boolean hasInstances() {
        return instances.idleInstances() + running.size() > 0;
    }

    /** Whether what waits can count on it. */
    boolean isHealthy() {
        return hasInstances() && gate.state() == CircuitState.CLOSED;
    }

    QueueState state(BatchQueue queue) {
        int idle = instances.idleInstances();
        return queue.state(idle, idle + running.size(), running.started());
    }

    /** For each instance how long until it is expected to be idle. */
    long[] busyNanos(long now) {
        return running.busyNanos(instances.idleInstances(), now);
    }

    /** Whether a request that comes would begin at once, or be the only one there is to try. */
    boolean isNextToTry(BatchQueue queue) {
        return running.isNextTried(instances, queue);
    }

    boolean mayRun(int rows) {
        return gate.mayRun() && instances.claim(latency.nanos(rows));
    }

    void unclaim() {
        instances.unclaim();
    }

    void run(Batch batch, long now, Ended ended) {
        uses(now);
        Trial.begin(gate, batch);
        RunningBatches.Run run = running.start(batch, now, now + latency.nanos(batch.rows()));
        instances.run(batch, result -> ended.with(this, run, result));
    }

    /** Takes note of what a run has come to, before its members hear of it; false if it was forgotten meanwhile. */
    boolean hasEnded(RunningBatches.Run run, BatchResult result, long now) {
        if (!running.end(run)) {
            return false;
        }
        uses(now);
        Trial.ended(run, result, latency, now);
        switch (result) {
            case BatchResult.Ran ran -> learning.ran(run, now);
            case BatchResult.Withdrawn gone -> learning.withdrawn(run, now);
            case BatchResult.Failed failed -> {} // how long that took says nothing
        }
        return true;
    }

    /** Whether it is to have a look, which this counts as. */
    boolean isDueToLook(long now) {
        boolean isDue = used && now - usedNanos > LOOK * latency.nanos(1);
        if (isDue || !used) {
            uses(now);
        }
        return isDue;
    }

    private void uses(long now) {
        used = true;
        usedNanos = now;
    }

    /**
     * How many rows it will have done within that time, in batches of that size. A run that is overdue is expected to
     * take as long again: so one that hangs counts for less and less.
     */
    long rowsWithin(long nanos, int batchRows, long now) {
        long run = latency.nanos(batchRows);
        if (run <= 0) {
            return 0; // nothing is known of it
        }
        long untilIdle = instances.hasPlace() ? 0 : run;
        long batches = instances.idleInstances() * (Math.max(0, nanos - untilIdle) / run);
        for (long left : running.awaitedNanos(now)) {
            batches += Math.max(0, nanos - left) / run;
        }
        return batches * batchRows;
    }

    /** In what time it would have answered that request if nobody else waited, as far as is known. */
    long answerNanos(QueuedRequest queued, long now) {
        return formation.answerNanos(queued, busyNanos(now));
    }

    void withdrawDeserted() {
        running.withdrawDeserted(instances);
    }

    List<Batch> forgetRunning() {
        return running.forget();
    }

    /** Why a request that comes is of no use here, or null. */
    @Nullable
    Refusal refusal(QueuedRequest queued, long now) {
        return formation.refusal(queued, busyNanos(now), now);
    }

    Capacity capacity(BatchQueue queue, int rows) {
        return latency.capacity(queue.maxRequests(), state(queue).instances(), rows);
    }

    BatchingReport.Group report(int nextRows, long now) {
        return new BatchingReport.Group(
                options.name(),
                latency.learned(),
                LatencyPoint.report(options.profile()),
                nextRows,
                instances.idleInstances(),
                running.report(now),
                instances.idleInstances() + running.size(),
                gate.state());
    }
}
