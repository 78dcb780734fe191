package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;

/**
 * A piece of a request, as the batcher sees it: no request by itself, so nobody counts it as one.
 *
 * @thread called on the batcher loop
 */
interface Part extends Completion {

    /** It has left the queue to be run, and its place there is free. */
    void taken();

    /** How many rows of the request are to follow it. */
    int rowsToCome();

    /** It is about to be let go for that reason, which counts if the request is let go with it. */
    void dropped(DropReason reason);

    /**
     * There was too little memory for it. Has the same rows go on in smaller pieces, if anything is to follow at all,
     * after which this one is owed nothing more; false if it has no smaller pieces.
     */
    boolean cutAgain();
}
