package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceOutcome;

/**
 * Where the outcome of one request goes.
 *
 * @thread called on the batcher loop; {@link #complete} exactly once
 */
@FunctionalInterface
public interface Completion {

    void complete(InferenceOutcome outcome);

    /** The client has gone: an answer that is on its way to it need not arrive. */
    default void withdraw() {}
}
