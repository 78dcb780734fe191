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

    /**
     * So many instances of a group can run batches now. With 0 there is none for the moment, or the group has gone.
     *
     * @param batcherAddress of the version as it was loaded, which {@link ModelReport.Description} has too
     */
    default void serving(String batcherAddress, String group, int instances) {}

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
