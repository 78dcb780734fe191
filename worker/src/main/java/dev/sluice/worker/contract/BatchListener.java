package dev.sluice.worker.contract;

/**
 * Hears what a batcher does; metrics implement it.
 *
 * @thread called on the batcher loop of the model; must not block
 */
public interface BatchListener {

    BatchListener NONE = new BatchListener() {};

    /** The queue's length changed. */
    default void queued(ModelId model, int requests, int rows) {}

    /** A batch was handed to an instance; its oldest member had waited this long. */
    default void flushed(ModelId model, int requests, int rows, long oldestQueueNanos) {}

    /** A member of a batch had waited this long. */
    default void waited(ModelId model, long queueNanos) {}

    /** A batch came back, well or not. */
    default void ran(ModelId model, int rows, long gatherNanos, long runNanos, boolean failed) {}
}
