package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The priority levels of one queue, and what they owe each other.
 *
 * <p>A higher level goes first. But for each unit of time that it is served, each level below it that waits is owed a
 * {@value #SHARE}th of that, both of the device and of the places in the queue, so that nothing starves for ever.
 *
 * @thread owned by the batcher loop
 * @bound {@value #COUNT} levels
 */
final class PriorityLevels {

    static final int COUNT = InferenceRequest.PRIORITIES;

    private static final int DEFAULT_PRIORITY = 3;
    private static final int SHARE = 20;

    private final List<PriorityLevel> levels =
            IntStream.range(0, COUNT).mapToObj(PriorityLevel::new).toList();

    /** @param priority 1 is the highest; 0 is the default; what is beyond the lowest level is of the lowest level */
    PriorityLevel of(int priority) {
        return levels.get(rank(priority));
    }

    /** Of the level for a priority; 0 for the highest. */
    static int rank(int priority) {
        return (priority == 0 ? DEFAULT_PRIORITY : Math.min(priority, COUNT)) - 1;
    }

    PriorityLevel ranked(int rank) {
        return levels.get(rank);
    }

    /** Whose head is to be served next, or null when nobody waits. */
    @Nullable
    Flow due() {
        Flow due = null;
        for (PriorityLevel level : levels) {
            due = Flow.earlier(due, level.due());
        }
        return due;
    }

    /** Whose head is next in the lowest level in which anybody waits, or null when nobody does. */
    @Nullable
    Flow dueOfLowest() {
        for (PriorityLevel level : levels.reversed()) {
            if (level.requests() > 0) {
                return level.due();
            }
        }
        return null;
    }

    void joined(Flow flow) {
        flow.level().joined(flow.client(), SHARE * flow.headCostNanos());
    }

    void left(Flow flow) {
        flow.level().left(flow.client());
    }

    /** Settles what the levels owe each other for a request that has been served. */
    void served(PriorityLevel level, long costNanos) {
        boolean overtook = false;
        for (PriorityLevel other : levels) {
            if (other.requests() > 0 && other.rank() > level.rank()) {
                other.credit(costNanos);
            }
            overtook |= other.requests() > 0 && other.rank() < level.rank();
        }
        if (overtook) {
            level.credit(-SHARE * costNanos);
        }
    }

    /**
     * Who has to go so that a newcomer gets a place in the full queue, or null when the newcomer has no right to one:
     * the newest request of a lower level, else of the client that has most; but no level loses what is reserved for it.
     */
    @Nullable
    QueuedRequest displacedBy(QueuedRequest newcomer, int maxRequests) {
        PriorityLevel own = of(newcomer.request().priority());
        int reserved = maxRequests / SHARE;
        for (PriorityLevel other : levels.reversed()) {
            if (other.rank() > own.rank() && other.requests() > reserved) {
                return newestOfLargest(other);
            }
        }
        Client largest = own.largest();
        if (largest != null
                && largest.requests() > own.requestsOf(newcomer.request().client()) + 1) {
            return largest.newest();
        }
        return own.requests() < reserved ? newestAbove(own, reserved) : null;
    }

    private @Nullable QueuedRequest newestAbove(PriorityLevel own, int reserved) {
        for (PriorityLevel other : levels.reversed()) {
            if (other.rank() < own.rank() && other.requests() > reserved) {
                return newestOfLargest(other);
            }
        }
        return null;
    }

    private static @Nullable QueuedRequest newestOfLargest(PriorityLevel level) {
        Client largest = level.largest();
        return largest == null ? null : largest.newest();
    }

    /** How many clients are remembered; one counts for each level that it has requests in. */
    int clients() {
        return levels.stream().mapToInt(PriorityLevel::clients).sum();
    }
}
