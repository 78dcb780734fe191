package dev.sluice.worker.batch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody with requests in the queue, at one priority level; forgotten as soon as the last of them has left.
 *
 * @thread owned by the batcher loop
 * @units virtual time in nanoseconds of one instance
 */
final class Client extends PlacedHeap.Member {

    private final String name;
    private final PriorityLevel level;

    /** One, unless its requests differ in shape. */
    private final Map<BatchKind, Flow> flows = new HashMap<>(2);

    /** When everything is finished that the heads of its flows ask for. */
    private long chargedNanos;

    /** How much its flows have been put off by in all; a flow hears of it when its turn seems to have come. */
    private long putOffNanos;

    private int requests;

    Client(String name, PriorityLevel level, long nowNanos) {
        this.name = name;
        this.level = level;
        this.chargedNanos = nowNanos;
    }

    String name() {
        return name;
    }

    PriorityLevel level() {
        return level;
    }

    int requests() {
        return requests;
    }

    void count(int sign) {
        requests += sign;
    }

    long charge(long costNanos) {
        chargedNanos += costNanos;
        return chargedNanos;
    }

    long putOffNanos() {
        return putOffNanos;
    }

    /**
     * Charges what could not be known before: all that it waits for is due later, or sooner if that is negative. Who is
     * due later can be told when the old time has come; who is due sooner must be told now.
     */
    void chargeLater(long costNanos) {
        chargedNanos += costNanos;
        putOffNanos += costNanos;
        if (costNanos < 0) {
            flows.values().forEach(Flow::catchUp);
        }
    }

    /** Its flow in that lane, or null. */
    @Nullable
    Flow flowIn(BatchQueue.Lane lane) {
        return flows.get(lane.kind());
    }

    Flow open(BatchQueue.Lane lane) {
        Flow flow = new Flow(this, lane);
        flows.put(lane.kind(), flow);
        return flow;
    }

    void close(Flow flow) {
        flows.remove(flow.lane().kind());
    }

    /** The one of its requests that came last; it must have some. */
    QueuedRequest newest() {
        return flows.values().stream()
                .map(Flow::newest)
                .max(Comparator.comparingLong(newest -> newest.ordinal))
                .orElseThrow();
    }
}
