package dev.sluice.worker.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The flows of one lane that have one priority, in the order in which their heads are to be served.
 *
 * @thread owned by the batcher loop; stands among those of other lanes in its {@link PriorityLevel} while not empty
 */
final class LaneFlows extends PlacedHeap.Member {

    private final PriorityLevel level;
    private final PlacedHeap<Flow> flows = new PlacedHeap<>() {
        @Override
        boolean before(Flow left, Flow right) {
            return left.goesBefore(right);
        }
    };

    private int requests;

    LaneFlows(PriorityLevel level) {
        this.level = level;
    }

    /** The one whose turn it seems to be, or null when there is none. */
    @Nullable
    Flow first() {
        return flows.first();
    }

    /** The one whose turn it is, or null when there is none. */
    @Nullable
    Flow due() {
        for (Flow first = first(); first != null && first.isBehind(); first = first()) {
            first.catchUp();
        }
        return first();
    }

    /** In all its flows. */
    int requests() {
        return requests;
    }

    void count(int sign) {
        requests += sign;
    }

    /** All, in no order. */
    List<Flow> members() {
        return flows.members();
    }

    void add(Flow flow) {
        boolean opens = flows.isEmpty();
        flows.add(flow);
        if (opens) {
            level.lanes().add(this);
        } else {
            level.lanes().moved(this);
        }
    }

    void remove(Flow flow) {
        flows.remove(flow);
        if (flows.isEmpty()) {
            level.lanes().remove(this);
        } else {
            level.lanes().moved(this);
        }
    }

    /** To be called when the turn of a flow has changed. */
    void moved(Flow flow) {
        flows.moved(flow);
        level.lanes().moved(this);
    }
}
