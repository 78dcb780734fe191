package dev.sluice.worker.batch;

import java.util.ArrayList;
import java.util.List;
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
    private final List<Flow> flows = new ArrayList<>(1);

    /** When everything is finished that the heads of its flows ask for. */
    private long chargedNanos;

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

    /** Charges what could not be known before: all that it waits for is due later, or sooner if that is negative. */
    void chargeLater(long costNanos) {
        chargedNanos += costNanos;
        flows.forEach(flow -> flow.putOff(costNanos));
    }

    /** Its flow in that lane, or null. */
    @Nullable
    Flow flowIn(BatchQueue.Lane lane) {
        for (Flow flow : flows) {
            if (flow.lane() == lane) {
                return flow;
            }
        }
        return null;
    }

    Flow open(BatchQueue.Lane lane) {
        Flow flow = new Flow(this, lane);
        flows.add(flow);
        return flow;
    }

    void close(Flow flow) {
        flows.remove(flow);
    }

    /** The request that it added last; it must have some. */
    QueuedRequest newest() {
        QueuedRequest newest = flows.getFirst().tail();
        for (Flow flow : flows) {
            if (flow.tail().ordinal > newest.ordinal) {
                newest = flow.tail();
            }
        }
        return newest;
    }
}
