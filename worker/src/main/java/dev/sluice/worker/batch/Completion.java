package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;

/**
 * Where the outcome of one request goes.
 *
 * @thread called on the batcher loop; {@link #complete} exactly once
 */
@FunctionalInterface
public interface Completion {

    void complete(InferenceOutcome outcome);

    /** Takes an answer to some rows of a request that wants parts; its outcome is still to come. */
    default void part(InferenceResponse part) {
        throw new UnsupportedOperationException("nobody takes parts here");
    }

    /** The client has gone: an answer that is on its way to it need not arrive. */
    default void withdraw() {}
}
