package dev.sluice.gateway.front;

import java.util.List;

/**
 * What one model version has done since it was loaded.
 *
 * @param lastInferenceMillis when a batch was last answered, in milliseconds since 1970; 0 for never
 * @param inferences rows answered
 * @param executions batches answered
 * @param success requests answered, from a request's head until its answer was handed to the socket
 * @param fail requests refused or failed, once their model was known
 * @param queue from enqueue until the batch was formed, for each request that was answered from it
 * @param phases where the time of those requests went; a batch's time counts once for each of its requests
 * @param batches the same by rows of the batch, where a batch's time counts once
 * @units nanoseconds in every total
 * @source Triton: statistics extension
 */
public record ModelStatistics(
        long lastInferenceMillis,
        long inferences,
        long executions,
        Total success,
        Total fail,
        Total queue,
        Phases phases,
        List<BatchSize> batches) {

    /** How often, and how long in all. */
    public record Total(long count, long nanos) {}

    /**
     * The parts of a batch's time.
     *
     * @param input joining the rows
     * @param infer the engine call
     * @param output cutting the outputs by rows
     */
    public record Phases(Total input, Total infer, Total output) {}

    /** The batches of one size. */
    public record BatchSize(int rows, Phases phases) {}
}
