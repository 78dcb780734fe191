package dev.sluice.worker.contract;

/**
 * Hears what a batcher does; metrics and statistics implement it.
 *
 * @thread called on the batcher loop of the model; must not block
 */
public interface BatchListener {

    BatchListener NONE = new BatchListener() {};

    /** So many requests of that priority wait now, 1 being the highest; told when the number has changed. */
    default void queued(ModelId model, int priority, int requests) {}

    /** A batch was handed to an instance. */
    default void flushed(ModelId model, int requests, int rows, FlushReason reason) {}

    /** A request had waited this long for its batch to be formed; one in pieces for that of the last, and told at its end. */
    default void waited(ModelId model, long queueNanos) {}

    /** A batch came back: joining its rows and the engine call took this long. */
    default void ran(ModelId model, long gatherNanos, long runNanos) {}

    /**
     * A batch has been learned from.
     *
     * @param predictedNanos how long it was expected to take when it left; 0 when nothing was known of its size
     * @param takenNanos how long it took, from when it was formed until its result was here
     * @param latency on the first of the model's devices
     */
    default void learned(ModelId model, long predictedNanos, long takenNanos, LearnedLatency latency) {}

    /** Every member of a batch is about to be answered, from this one run. */
    default void answered(ModelId model, AnsweredBatch batch) {}

    /**
     * A request whose pieces ran in several batches is about to be answered; {@link #answered} has counted its rows.
     *
     * @param queueNanos from enqueue until the batch of the piece that it waited for was formed
     * @param gatherNanos of all its pieces' batches, as {@code runNanos}
     */
    default void joined(ModelId model, long queueNanos, long gatherNanos, long runNanos) {}

    /** A batch came back without an answer: the engine failed, or refused its inputs, or it could not be delivered. */
    default void failed(ModelId model) {}

    /** A batch was ended before its end, for all its clients had gone. */
    default void withdrawn(ModelId model) {}

    /** A request is about to be let go without an answer from the model. */
    default void dropped(ModelId model, DropReason reason) {}

    /** The model's circuit has changed its state; told of the first state, too. */
    default void circuit(ModelId model, CircuitState state) {}

    /** Both hear everything, this one first. */
    default BatchListener and(BatchListener next) {
        return equals(NONE) ? next : next.equals(NONE) ? this : new BatchListeners(this, next);
    }
}
