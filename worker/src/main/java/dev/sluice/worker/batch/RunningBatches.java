package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.InferenceResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches that run, and when each is expected back.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound one for each instance
 */
final class RunningBatches {

    /** One run; a batch that is split or retried runs anew. */
    static final class Run {

        private final Batch batch;
        private final long formedNanos;
        private final long expectedNanos;
        private boolean withdrawn;

        private Run(Batch batch, long formedNanos, long expectedNanos) {
            this.batch = batch;
            this.formedNanos = formedNanos;
            this.expectedNanos = expectedNanos;
        }

        Batch batch() {
            return batch;
        }

        long formedNanos() {
            return formedNanos;
        }

        long expectedNanos() {
            return expectedNanos;
        }

        /** 0 as long as nothing is known of its size. */
        long predictedNanos(LatencyModel latency) {
            return latency.safeNanos(batch.rows()) > 0 ? expectedNanos - formedNanos : 0;
        }

        InferenceResponse.Timing timing(QueuedRequest member, BatchResult.Ran ran, long nowNanos) {
            long queueNanos = formedNanos - member.enqueuedNanos();
            return new InferenceResponse.Timing(queueNanos, ran.gatherNanos(), ran.runNanos(), batch.rows(), nowNanos);
        }
    }

    private final List<Run> runs = new ArrayList<>();
    private long started;

    Run start(Batch batch, long nowNanos, long expectedNanos) {
        Run run = new Run(batch, nowNanos, expectedNanos);
        runs.add(run);
        started++;
        return run;
    }

    /** False if it was forgotten meanwhile. */
    boolean end(Run ended) {
        return runs.remove(ended);
    }

    int size() {
        return runs.size();
    }

    /** How many have been started so far. */
    long started() {
        return started;
    }

    /** How long from now until each instance is expected to be idle; one that is overdue, at once. */
    long[] busyNanos(int idleInstances, long nowNanos) {
        long[] busy = new long[idleInstances + runs.size()];
        for (int i = 0; i < runs.size(); i++) {
            busy[i] = Math.max(0, runs.get(i).expectedNanos() - nowNanos);
        }
        return busy;
    }

    /** The same of those that are busy, but one that is overdue is expected to take as long again as it is late. */
    long[] awaitedNanos(long nowNanos) {
        long[] awaited = new long[runs.size()];
        for (int i = 0; i < awaited.length; i++) {
            awaited[i] = Math.abs(runs.get(i).expectedNanos() - nowNanos);
        }
        return awaited;
    }

    /** Whether a request would begin at once; or is alone, and only a run can show that the latency was learnt wrongly. */
    boolean isNextTried(BatchRunner instances, BatchQueue queue) {
        boolean isAlone = runs.isEmpty() && queue.isEmpty();
        return instances.idleInstances() > 0 && (isAlone || instances.hasPlace());
    }

    /**
     * Ends those all of whose clients have gone. Those that members expired in go on: how long they take is news.
     */
    void withdrawDeserted(BatchRunner instances) {
        for (Run run : runs) {
            if (!run.withdrawn && run.batch.members().stream().allMatch(QueuedRequest::hasGone)) {
                run.withdrawn = true;
                instances.withdraw(run.batch);
            }
        }
    }

    List<BatchingReport.Running> report(long nowNanos) {
        return runs.stream()
                .map(run -> new BatchingReport.Running(
                        run.batch().rows(), nowNanos - run.formedNanos(), run.expectedNanos() - nowNanos))
                .toList();
    }

    /** Forgets all and tells what they were. */
    List<Batch> forget() {
        List<Batch> forgotten = runs.stream().map(Run::batch).toList();
        runs.clear();
        return forgotten;
    }
}
