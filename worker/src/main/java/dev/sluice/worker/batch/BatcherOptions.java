package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchListener;
import java.util.List;

/**
 * How one model's requests are batched.
 *
 * @param maxQueueRequests longest queue, in requests; one more is refused
 * @param profile what is known of the model's latency beforehand, in the order of measuring
 * @param listener hears of every batch
 * @param preserveOrdering whether answers wait for those of earlier requests
 * @param shapes which requests are split or padded
 * @param gate whether requests are taken and batches may run
 */
public record BatcherOptions(
        BatchPolicy policy,
        int maxQueueRequests,
        List<LatencyPoint> profile,
        BatchListener listener,
        boolean preserveOrdering,
        ShapeOptions shapes,
        BatchGate gate) {

    /** Of a model whose requests are batched as they come, and whose answers leave as soon as they are there. */
    public BatcherOptions(
            BatchPolicy policy, int maxQueueRequests, List<LatencyPoint> profile, BatchListener listener) {
        this(policy, maxQueueRequests, profile, listener, false, ShapeOptions.AS_THEY_COME, BatchGate.OPEN);
    }

    /** Of a model whose latency is yet to be learnt. */
    public BatcherOptions(BatchPolicy policy, int maxQueueRequests, BatchListener listener) {
        this(policy, maxQueueRequests, List.of(), listener);
    }
}
