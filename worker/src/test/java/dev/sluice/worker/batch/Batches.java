package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.Arrays;

/** Batches without a batcher. */
public final class Batches {

    private Batches() {}

    /** Nobody hears of the outcomes. */
    public static Batch of(InferenceRequest... requests) {
        return new Batch(
                Arrays.stream(requests)
                        .map(request -> new QueuedRequest(request, 0, outcome -> {}))
                        .toList(),
                Arrays.stream(requests).mapToInt(InferenceRequest::rows).sum(),
                FlushReason.ALL);
    }
}
