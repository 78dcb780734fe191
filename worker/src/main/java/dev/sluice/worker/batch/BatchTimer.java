package dev.sluice.worker.batch;

/**
 * Where a batcher asks to be woken.
 *
 * @thread called on the batcher loop, and wakes there
 */
@FunctionalInterface
public interface BatchTimer {

    /** Call {@link Batcher#wake} at that time of the ticker or as soon after it as can be; replaces what was asked before. */
    void wakeAt(long nanos);
}
