package dev.sluice.worker.batch;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the requests of a lane in the order in which they would be served if nothing came or went meanwhile.
 *
 * @thread owned by the batcher loop; the lane must not change while this is in use
 * @bound O(log flows) for each step; nothing more than a pointer while there is one flow
 */
final class ServiceOrder implements Iterator<QueuedRequest> {

    /** Where in its flow it stands, and when that is to be finished. */
    private record Cursor(Flow flow, QueuedRequest next, long finishNanos) implements Comparable<Cursor> {

        static Cursor atHead(Flow flow) {
            return new Cursor(flow, flow.head(), flow.finishNanos());
        }

        @Nullable
        Cursor further() {
            QueuedRequest behind = next.behind;
            return behind == null
                    ? null
                    : new Cursor(flow, behind, finishNanos + flow.lane().queue().costNanos(behind));
        }

        @Override
        public int compareTo(Cursor other) {
            if (flow.level() != other.flow.level()) {
                return flow.level().goesBefore(other.flow.level()) ? -1 : 1;
            }
            int byFinish = Long.signum(finishNanos - other.finishNanos);
            return byFinish == 0 ? Long.compare(next.ordinal, other.next.ordinal) : byFinish;
        }
    }

    private final PriorityQueue<Cursor> cursors = new PriorityQueue<>();

    void add(Flow flow) {
        cursors.add(Cursor.atHead(flow));
    }

    @Override
    public boolean hasNext() {
        return !cursors.isEmpty();
    }

    @Override
    public QueuedRequest next() {
        Cursor cursor = cursors.poll();
        if (cursor == null) {
            throw new NoSuchElementException();
        }
        Cursor further = cursor.further();
        if (further != null) {
            cursors.add(further);
        }
        return cursor.next;
    }
}
