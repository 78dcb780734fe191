package dev.sluice.worker.batch;

/**
 * Decides whether a batch leaves now, and how large it may be.
 *
 * @thread asked on the batcher loop after every event: a request came, an instance became idle, a wait ended; a pure
 *     function
 * @units rows, and nanoseconds of one process's ticker
 */
@FunctionalInterface
public interface BatchPolicy {

    /** What to do now; asked again after each flush until it says wait. */
    BatchDecision decide(QueueState queue, LatencyModel latency, long nowNanos);

    /** Most rows that it ever asks for. */
    default int maxRows() {
        return Integer.MAX_VALUE;
    }
}
