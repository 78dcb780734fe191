package dev.sluice.worker.contract;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One moment of a batcher: what it has learned, what it would decide now and from what, and what it has decided so far.
 *
 * @param groups one for each device that the model runs on
 * @param batches how many have left so far, by why they were closed; every reason is in it
 * @param dropped how many requests were let go, by why; every reason is in it
 * @thread immutable, made on the batcher loop
 */
public record BatchingReport(
        List<Group> groups, Queue queue, Map<FlushReason, Long> batches, Map<DropReason, Long> dropped) {

    public BatchingReport {
        groups = List.copyOf(groups);
        batches = Collections.unmodifiableMap(new EnumMap<>(batches));
        dropped = Collections.unmodifiableMap(new EnumMap<>(dropped));
    }

    /** Where the batcher that takes requests at that event-bus address is to be asked for its report. */
    public static String address(String batcherAddress) {
        return batcherAddress + ".report";
    }

    /** Of the first device. */
    public LearnedLatency latency() {
        return groups.getFirst().latency;
    }

    /** Of the first device. */
    public List<Measured> profile() {
        return groups.getFirst().profile;
    }

    /** Of the first device. */
    public int nextRows() {
        return groups.getFirst().nextRows;
    }

    /** On any device. */
    public int idleInstances() {
        return groups.stream().mapToInt(Group::idleInstances).sum();
    }

    /** On any device. */
    public List<Running> running() {
        return groups.stream().flatMap(group -> group.running.stream()).toList();
    }

    /**
     * What is known of the model on one device, and runs there.
     *
     * @param name of the group; empty for the only one of a batcher that was not told
     * @param profile the batches that were measured before the model took requests, in the order of measuring
     * @param nextRows rows that a batch may have now; 0 when the policy would wait
     * @param idleInstances that could run a batch at once
     * @param running the batches that run, in the order in which they left
     * @param instances that there are now; 0 while it has lost all and has no new one yet
     * @param circuit not closed while it is left alone because its batches fail
     */
    public record Group(
            String name,
            LearnedLatency latency,
            List<Measured> profile,
            int nextRows,
            int idleInstances,
            List<Running> running,
            int instances,
            CircuitState circuit) {

        public Group {
            profile = List.copyOf(profile);
            running = List.copyOf(running);
        }
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
