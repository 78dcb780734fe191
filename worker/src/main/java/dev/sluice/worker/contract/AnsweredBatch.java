package dev.sluice.worker.contract;

/**
 * What a batch was whose members are about to be answered, and where its time went.
 *
 * @param requests its members without those that were cancelled, or expired, while it ran, and without pieces of
 *     requests, so this may be 0
 * @param rows of these members together, all pieces included
 * @param queueNanos from enqueue until the batch was formed, summed over the requests that count
 * @param gatherNanos joining their rows
 * @param runNanos the engine call
 * @param splitNanos cutting the outputs by rows
 * @units nanoseconds
 */
public record AnsweredBatch(
        int requests, int rows, long queueNanos, long gatherNanos, long runNanos, long splitNanos) {}
