package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for one model, and who of them is next.
 *
 * <p>Requests of one {@link BatchKind} stand in one lane, so that alternating shapes still
 * find company. The next batch comes from the lane whose head goes before the heads of the others: by priority level,
 * inside a level by fair shares of device time between clients, and where that is equal by age. A client that is alone
 * is served in the order of coming.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound {@code maxRequests}, which the owner asks for before it adds; operations cost O(log requests), whatever the
 *     number of clients and kinds; only who is displaced, and who gets something back, is looked at kind by kind
 * @units length in requests, size of a batch in rows, cost in nanoseconds of one instance
 */
final class BatchQueue {

    /** No request costs its client more than that, however many rows it claims. */
    private static final long MOST_NANOS = 3_600_000_000_000L;

    /** The common size of a batch is that of the largest lately, which most rows are in. */
    private static final int REMEMBERED_BATCHES = 16;

    private final int maxRequests;
    private final IntToLongFunction batchNanos;
    private final Map<BatchKind, Lane> lanes = new HashMap<>();
    private final PriorityLevels levels = new PriorityLevels();
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final ArrivalList arrivals = new ArrivalList();
    private long added;
    private int requests;
    private int rows;
    private int commonRows = 1;

    /** A queue in which all rows cost the same. */
    BatchQueue(int maxRequests) {
        this(maxRequests, batchRows -> batchRows);
    }

    /** @param batchNanos how long a batch of so many rows is expected to run; 0 as long as nothing is known */
    BatchQueue(int maxRequests, IntToLongFunction batchNanos) {
        this.maxRequests = maxRequests;
        this.batchNanos = batchNanos;
    }

    int maxRequests() {
        return maxRequests;
    }

    int requests() {
        return requests;
    }

    int rows() {
        return rows;
    }

    /** @param priority from 1, the highest, to {@link PriorityLevels#COUNT} */
    int requestsOf(int priority) {
        return levels.of(priority).requests();
    }

    boolean isEmpty() {
        return requests == 0;
    }

    boolean isFull() {
        return requests >= maxRequests;
    }

    void add(QueuedRequest queued) {
        if (!queued.follows()) {
            queued.ordinal = added++;
        }
        Lane lane = laneFor(queued);
        lane.count(queued, 1);
        Client client =
                levels.of(queued.request().priority()).client(queued.request().client());
        Flow flow = client.flowIn(lane);
        if (flow == null) {
            flow = client.open(lane);
            flow.add(queued);
            lane.flowsOf(client.level()).add(flow);
        } else {
            flow.add(queued);
        }
        levels.joined(flow);
        deadlines.add(queued);
        arrivals.add(queued);
        count(queued, 1);
    }

    /** Takes a request out that is not going to be run; false if it does not stand here. */
    boolean remove(QueuedRequest queued) {
        Flow flow = queued.flow;
        if (flow == null) {
            return false;
        }
        flow.withdraw(queued);
        left(queued, flow);
        return true;
    }

    /** Takes a request out that is going to be run, wherever it stands. */
    void serve(QueuedRequest queued) {
        Flow flow = Objects.requireNonNull(queued.flow);
        queued.costNanos = flow.serve(queued);
        queued.payer = flow.client();
        levels.served(flow.level(), queued.costNanos);
        left(queued, flow);
    }

    /**
     * To be told of each batch: the fixed part of a run is shared by the rows in it, so who is of a kind that finds less
     * company than is common pays the difference, by the turns of what else he has here; who finds more gets it back.
     */
    void formed(Batch batch) {
        long known = batchNanos.applyAsLong(batch.rows());
        long unpaid = known;
        for (QueuedRequest member : batch.members()) {
            unpaid -= member.costNanos;
        }
        for (QueuedRequest member : batch.members()) {
            Client payer = Objects.requireNonNull(member.payer);
            member.payer = null;
            if (known > 0 && payer.requests() > 0) {
                payer.chargeLater((long) ((double) unpaid * member.request().rows() / batch.rows()));
            }
        }
        commonRows = Math.max(1, Math.max(batch.rows(), commonRows - Math.ceilDiv(commonRows, REMEMBERED_BATCHES)));
    }

    /**
     * Makes room in the full queue for a request whose client has less of it than others, or whose priority is higher.
     *
     * @return who has been taken out and is owed an answer, or null when the newcomer has no right to a place
     */
    @Nullable
    QueuedRequest makeRoomFor(QueuedRequest newcomer) {
        QueuedRequest displaced = levels.displacedBy(newcomer, maxRequests);
        if (displaced != null) {
            remove(displaced);
        }
        return displaced;
    }

    /** The request that expires first, or null when the queue is empty. */
    @Nullable
    QueuedRequest firstToExpire() {
        return deadlines.first();
    }

    /** When the oldest request came; the queue must not be empty. */
    long oldestEnqueuedNanos() {
        return Objects.requireNonNull(arrivals.oldest()).enqueuedNanos();
    }

    /** What a policy may know of it. */
    QueueState state(int idleInstances, int instances, long batches) {
        QueuedRequest first = firstToExpire();
        return first == null
                ? new QueueState(0, 0, 0, 0, 0, idleInstances, instances, batches)
                : new QueueState(
                        requests,
                        rows,
                        due().rows(),
                        oldestEnqueuedNanos(),
                        first.deadlineNanos(),
                        idleInstances,
                        instances,
                        batches);
    }

    /** How many there are of each kind in the mean. */
    int rowsOfAKind() {
        return Math.ceilDiv(rows, Math.max(1, lanes.size()));
    }

    /** The lane whose turn it is; the queue must not be empty. */
    Lane due() {
        return Objects.requireNonNull(levels.due()).lane();
    }

    /** Takes the one out that has to go first in the lowest priority; the queue must not be empty. */
    QueuedRequest pollLeastUrgent() {
        QueuedRequest least = Objects.requireNonNull(levels.dueOfLowest()).head();
        serve(least);
        return least;
    }

    /** How many clients are remembered; one counts for each priority level that it has requests in. */
    int clients() {
        return levels.clients();
    }

    /** What a request costs as a member of a batch of common size. */
    long costNanos(QueuedRequest queued) {
        int own = Math.max(1, queued.request().rows());
        int batch = Math.max(own, commonRows);
        double nanos = (double) batchNanos.applyAsLong(batch) * own / batch;
        return (long) Math.clamp(nanos, own, MOST_NANOS);
    }

    BatchingReport.Queue report(long nowNanos) {
        long oldest = isEmpty() ? 0 : nowNanos - oldestEnqueuedNanos();
        List<Integer> byPriority = IntStream.rangeClosed(1, PriorityLevels.COUNT)
                .mapToObj(this::requestsOf)
                .toList();
        return new BatchingReport.Queue(requests, rows, oldest, byPriority);
    }

    private void left(QueuedRequest queued, Flow flow) {
        Lane lane = flow.lane();
        levels.left(flow);
        if (flow.isEmpty()) {
            lane.flowsOf(flow.level()).remove(flow);
            flow.client().close(flow);
        } else {
            lane.flowsOf(flow.level()).moved(flow);
        }
        lane.count(queued, -1);
        if (lane.isEmpty()) {
            lanes.remove(lane.kind());
        }
        deadlines.remove(queued);
        arrivals.remove(queued);
        count(queued, -1);
    }

    private void count(QueuedRequest queued, int sign) {
        requests += sign;
        rows += sign * queued.request().rows();
    }

    private Lane laneFor(QueuedRequest queued) {
        return lanes.computeIfAbsent(queued.kind(), Lane::new);
    }

    /**
     * The requests of one kind in the order in which they are to be served.
     *
     * @thread owned by the batcher loop; gone from the queue as soon as it is empty
     */
    final class Lane implements Iterable<QueuedRequest> {

        /** By level. */
        private final List<LaneFlows> flows = IntStream.range(0, PriorityLevels.COUNT)
                .mapToObj(rank -> new LaneFlows(levels.ranked(rank)))
                .toList();

        private final BatchKind kind;
        private int requests;
        private int rows;

        private Lane(BatchKind kind) {
            this.kind = kind;
        }

        BatchKind kind() {
            return kind;
        }

        /** How many requests have ever come to the queue, those of other lanes included. */
        long everAdded() {
            return added;
        }

        int requests() {
            return requests;
        }

        int rows() {
            return rows;
        }

        int requestsOf(int rank) {
            return flows.get(rank).requests();
        }

        boolean isEmpty() {
            return requests == 0;
        }

        /** The one to be served next; the lane must not be empty. */
        QueuedRequest peek() {
            return first().head();
        }

        /** Takes the one to be served next out of the queue; the lane must not be empty. */
        QueuedRequest poll() {
            QueuedRequest next = peek();
            serve(next);
            return next;
        }

        BatchQueue queue() {
            return BatchQueue.this;
        }

        /** In the order of service, and only to be looked at. */
        @Override
        public Iterator<QueuedRequest> iterator() {
            ServiceOrder order = new ServiceOrder();
            flows.forEach(ofLevel -> ofLevel.members().forEach(order::add));
            return order;
        }

        LaneFlows flowsOf(PriorityLevel level) {
            return flows.get(level.rank());
        }

        private Flow first() {
            Flow first = null;
            for (LaneFlows ofLevel : flows) {
                first = Flow.earlier(first, ofLevel.due());
            }
            return Objects.requireNonNull(first);
        }

        private void count(QueuedRequest queued, int sign) {
            requests += sign;
            rows += sign * queued.request().rows();
            flows.get(PriorityLevels.rank(queued.request().priority())).count(sign);
        }
    }
}
