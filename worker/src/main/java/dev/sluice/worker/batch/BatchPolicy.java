package dev.sluice.worker.batch;

/**
 * Decides whether a batch leaves now.
 *
 * @thread asked on the batcher loop after every event: a request came, an instance became idle, a wait ended
 * @units rows, and nanoseconds of one process's ticker
 */
public interface BatchPolicy {

    /**
     * What to do now; asked again after each flush until it says wait.
     *
     * @param queuedRequests requests that wait; their deadlines have not passed
     * @param idleInstances instances that could run a batch at once
     */
    BatchDecision decide(int queuedRequests, int queuedRows, int idleInstances, long nowNanos);
}
