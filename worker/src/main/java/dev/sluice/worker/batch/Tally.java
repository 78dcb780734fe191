package dev.sluice.worker.batch;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a batcher has decided: counted for whoever asks, and told to who listens.
 *
 * @thread owned by the batcher loop; plain fields
 */
final class Tally {

    private final ModelId model;
    private final BatchListener listener;
    private final Map<FlushReason, Long> batches = new EnumMap<>(FlushReason.class);
    private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);

    /** By level, as it was told last. */
    private final int[] waiting = new int[PriorityLevels.COUNT];

    Tally(ModelId model, BatchListener listener) {
        this.model = model;
        this.listener = listener;
        for (FlushReason reason : FlushReason.values()) {
            batches.put(reason, 0L);
        }
        for (DropReason reason : DropReason.values()) {
            drops.put(reason, 0L);
        }
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
            listener.waited(model, nowNanos - member.enqueuedNanos());
        }
        batches.merge(batch.reason(), 1L, Long::sum);
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
        for (QueuedRequest member : run.batch().stillWanted()) {
            queueNanos += run.formedNanos() - member.enqueuedNanos();
            requests++;
            rows += member.request().rows();
        }
        if (requests > 0) {
            listener.answered(
                    model,
                    new AnsweredBatch(requests, rows, queueNanos, ran.gatherNanos(), ran.runNanos(), splitNanos));
        }
    }

    void failed() {
        listener.failed(model);
    }

    /** Before its client hears of it. */
    void dropped(DropReason reason) {
        drops.merge(reason, 1L, Long::sum);
        listener.dropped(model, reason);
    }

    Map<FlushReason, Long> batches() {
        return batches;
    }

    Map<DropReason, Long> drops() {
        return drops;
    }
}
