package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceException;

/**
 * Where what is computed between the stages of a request lies, until the request is over.
 *
 * @thread any
 */
public interface Room {

    /**
     * Takes so much memory for it.
     *
     * @throws InferenceException Overloaded while there is not so much, InvalidRequest where there never is, Cancelled when it is over
     */
    void take(long bytes);

    /** Gives back so much of what was taken before the request is over. */
    void give(long bytes);

    /** Whether nobody waits for it any more. */
    boolean isOver();
}
