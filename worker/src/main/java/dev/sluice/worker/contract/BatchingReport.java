package dev.sluice.worker.contract;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One moment of a batcher: what it has learned, what it would decide now and from what, and what it has decided so far.
 *
 * @param profile the batches that were measured before the model took requests, in the order of measuring
 * @param nextRows rows that a batch may have now; 0 when the policy would wait
 * @param idleInstances that could run a batch at once
 * @param running the batches that run, in the order in which they left
 * @param batches how many have left so far, by why they were closed; every reason is in it
 * @param dropped how many requests were let go, by why; every reason is in it
 * @thread immutable, made on the batcher loop
 */
public record BatchingReport(
        LearnedLatency latency,
        List<Measured> profile,
        int nextRows,
        Queue queue,
        int idleInstances,
        List<Running> running,
        Map<FlushReason, Long> batches,
        Map<DropReason, Long> dropped) {

    public BatchingReport {
        profile = List.copyOf(profile);
        running = List.copyOf(running);
        batches = Collections.unmodifiableMap(new EnumMap<>(batches));
        dropped = Collections.unmodifiableMap(new EnumMap<>(dropped));
    }

    /** Where the batcher that takes requests at that event-bus address is to be asked for its report. */
    public static String address(String batcherAddress) {
        return batcherAddress + ".report";
    }

    /** A batch of so many rows took so long. */
    public record Measured(int rows, long nanos) {}

    /**
     * What waits.
     *
     * @param oldestNanos for how long the oldest request has waited; 0 if there is none
     * @param byPriority requests, the highest priority first
     */
    public record Queue(int requests, int rows, long oldestNanos, List<Integer> byPriority) {

        public Queue {
            byPriority = List.copyOf(byPriority);
        }
    }

    /**
     * A batch that runs.
     *
     * @param sinceNanos how long ago it left
     * @param leftNanos until it is expected back; below zero when it is overdue
     */
    public record Running(int rows, long sinceNanos, long leftNanos) {}
}
