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

    /** The request has left the queue to be run, and its place there is free. */
    default void taken() {}

    /** Whether listeners are to count it as a request; of the pieces of one, only the last is. */
    default boolean isCounted() {
        return true;
    }

    /** Whether anybody still waits for it; nobody does for the pieces of a request that has its outcome. */
    default boolean isAwaited() {
        return true;
    }
}
