package dev.sluice.worker.batch;

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

    /** Whether the request's outcome is open still, and depends on this piece. */
    boolean isAwaited();

    /** Has the same rows go on in smaller pieces, after which this one is owed nothing more; false if that is of no use. */
    boolean cutAgain();
}
