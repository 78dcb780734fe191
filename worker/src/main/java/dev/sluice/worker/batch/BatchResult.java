package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * What became of a batch.
 *
 * @thread immutable, made on an instance's thread and read on the batcher loop
 */
public sealed interface BatchResult {

    /**
     * The engine answered.
     *
     * @param outputs one tensor for each wanted output, of all rows
     * @units nanoseconds
     */
    record Ran(List<Tensor> outputs, long gatherNanos, long runNanos) implements BatchResult {}

    /** Its call was ended before its end, for nobody waited for it any more. */
    record Withdrawn() implements BatchResult {}

    /**
     * The engine refused or failed; the cause has been logged where it happened.
     *
     * @param tooLarge there was not enough memory for so many rows, and fewer may run; whoever forms batches should
     *     make them smaller from then on
     */
    record Failed(InferenceError error, boolean tooLarge) implements BatchResult {

        public Failed(InferenceError error) {
            this(error, false);
        }
    }
}
