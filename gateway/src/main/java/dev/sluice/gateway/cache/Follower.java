package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.InferenceResponse;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the answer to an equal request.
 *
 * @thread told on the loop of the one that was on its way
 */
@FunctionalInterface
public interface Follower {

    /** @param response null where the other one got none */
    void hear(@Nullable InferenceResponse response);
}
