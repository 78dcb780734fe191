package dev.sluice.worker.batch;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a batcher has decided: counted for whoever asks, and told to who listens.
 *
 * @thread owned by the batcher loop; plain fields
 */
final class Tally {

    private final ModelId model;
    private final BatchListener listener;
    private final Counts<FlushReason> batches = new Counts<>(FlushReason.class);
    private final Counts<DropReason> drops = new Counts<>(DropReason.class);

    /** By level, as it was told last. */
    private final int[] waiting = new int[PriorityLevels.COUNT];

    Tally(ModelId model, BatchListener listener) {
        this.model = model;
        this.listener = listener;
    }

    /** After everything that may have changed the queue's length. */
    void waiting(BatchQueue queue) {
        for (int level = 0; level < waiting.length; level++) {
            int requests = queue.requestsOf(level + 1);
            if (requests != waiting[level]) {
                waiting[level] = requests;
                listener.queued(model, level + 1, requests);
            }
        }
    }

    void flushed(Batch batch, long nowNanos) {
        for (QueuedRequest member : batch.members()) {
            if (member.search == null && !member.isPart()) { // or it has been counted when it ran for the first time
                listener.waited(model, nowNanos - member.enqueuedNanos());
            }
        }
        batches.add(batch.reason());
        listener.flushed(model, batch.size(), batch.rows(), batch.reason());
    }

    void ran(BatchResult.Ran ran) {
        listener.ran(model, ran.gatherNanos(), ran.runNanos());
    }

    void learned(long predictedNanos, long takenNanos, LearnedLatency latency) {
        listener.learned(model, predictedNanos, takenNanos, latency);
    }

    /** Before the members hear of it, so that whoever has an answer finds it counted. */
    void answered(RunningBatches.Run run, BatchResult.Ran ran, long splitNanos) {
        long queueNanos = 0;
        int requests = 0;
        int rows = 0;
        List<QueuedRequest> wanted = run.batch().stillWanted();
        for (QueuedRequest member : wanted) {
            if (!member.isPart()) {
                queueNanos += run.formedNanos() - member.enqueuedNanos();
                requests++;
            }
            rows += member.request().rows();
        }
        if (!wanted.isEmpty()) {
            listener.answered(
                    model,
                    new AnsweredBatch(requests, rows, queueNanos, ran.gatherNanos(), ran.runNanos(), splitNanos));
        }
    }

    /** Before its client hears of it: the request that these were the pieces of. */
    void joined(long queueNanos, List<Timing> pieces) {
        long gatherNanos = 0;
        long runNanos = 0;
        for (Timing piece : pieces) {
            gatherNanos += piece.gatherNanos();
            runNanos += piece.runNanos();
        }
        listener.waited(model, queueNanos);
        listener.joined(model, queueNanos, gatherNanos, runNanos);
    }

    void failed() {
        listener.failed(model);
    }

    void withdrawn() {
        listener.withdrawn(model);
    }

    /** Before its client hears of it. */
    void dropped(QueuedRequest queued, DropReason reason) {
        if (!queued.leavesCounting(reason)) {
            dropped(reason);
        }
    }

    /** Before the client hears of it. */
    void dropped(DropReason reason) {
        drops.add(reason);
        listener.dropped(model, reason);
    }

    Map<FlushReason, Long> batches() {
        return batches.read();
    }

    Map<DropReason, Long> drops() {
        return drops.read();
    }

    /** How often each constant of an enum was met, without a box for each time. */
    private static final class Counts<R extends Enum<R>> {

        private static final class Count {
            long times;
        }

        private final Class<R> type;
        private final Map<R, Count> counts;

        Counts(Class<R> type) {
            this.type = type;
            this.counts = new EnumMap<>(type);
            for (R reason : type.getEnumConstants()) {
                counts.put(reason, new Count());
            }
        }

        void add(R reason) {
            Objects.requireNonNull(counts.get(reason)).times++;
        }

        Map<R, Long> read() {
            Map<R, Long> read = new EnumMap<>(type);
            counts.forEach((reason, count) -> read.put(reason, count.times));
            return read;
        }
    }
}
