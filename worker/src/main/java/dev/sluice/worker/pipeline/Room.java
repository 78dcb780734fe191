package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceException;

/**
 * Where what is computed between the stages of a request lies, until it is given back or the request is over.
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

    /** Gives back so much of what was taken, while the request goes on; the rest is given back when that is over. */
    void give(long bytes);

    /** Whether nobody waits for it any more. */
    boolean isOver();
}
