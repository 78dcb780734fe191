package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.List;

/** Batches for benchmarks, which have no queue to take them from. */
public final class Batches {

    private Batches() {}

    /** A batch of that request alone; nobody waits for its outcome. */
    public static Batch of(InferenceRequest request) {
        return Batch.of(List.of(new QueuedRequest(request, 0, outcome -> {})), FlushReason.ALL);
    }
}
