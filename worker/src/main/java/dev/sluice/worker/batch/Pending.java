package dev.sluice.worker.batch;

/**
 * A request in a batcher, as its client sees it.
 *
 * @thread owned by the batcher loop
 */
@FunctionalInterface
public interface Pending {

    /** Completes the request with Cancelled, unless it has its outcome; what waits is gone at once and is never run. */
    void cancel();
}
