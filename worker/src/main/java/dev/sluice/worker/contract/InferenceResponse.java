package dev.sluice.worker.contract;

import java.util.List;

/**
 * The answer to one {@link InferenceRequest}.
 *
 * @param outputs the wanted outputs, in the request's order
 */
public record InferenceResponse(ModelId model, List<Tensor> outputs, Timing timing) implements InferenceOutcome {

    /**
     * Where the time of one request went on the worker side.
     *
     * @param queueNanos from enqueue until its batch was formed
     * @param gatherNanos joining the rows of its batch
     * @param runNanos the engine call of its batch
     * @param batchRows rows in that batch, its own included
     * @units nanoseconds and rows
     */
    public record Timing(long queueNanos, long gatherNanos, long runNanos, int batchRows) {}
}
