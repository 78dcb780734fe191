package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceOutcome;

/**
 * Where the outcome of one request goes.
 *
 * @thread called on the batcher loop, exactly once
 */
@FunctionalInterface
public interface Completion {

    void complete(InferenceOutcome outcome);
}
