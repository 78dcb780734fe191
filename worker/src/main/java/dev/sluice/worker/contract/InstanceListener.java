package dev.sluice.worker.contract;

/**
 * Hears what becomes of a model's instances; metrics implement it.
 *
 * @thread called on any, several at once; must not block
 */
public interface InstanceListener {

    InstanceListener NONE = new InstanceListener() {};

    /** An instance that did not come back was replaced by a new one. */
    default void replaced(ModelId model) {}

    /** So many threads of given-up instances have not yet ended. */
    default void givenUp(ModelId model, int threads) {}

    /** A version was sent to sleep, its last instance with it. */
    default void asleep(ModelId model, SleepReason why) {}

    /**
     * A version that was asleep is ready again, or could not be loaded.
     *
     * @param nanos since somebody asked for it
     */
    default void woken(ModelId model, boolean ready, long nanos) {}

    /** The direct memory that an instance keeps for its batches has grown by so much, or shrunk when it is negative. */
    default void batchMemory(ModelId model, long changeBytes) {}

    /** The memory that a pipeline has between its stages has grown by so much, or shrunk when it is negative. */
    default void pipelineMemory(ModelId model, long changeBytes) {}
}
