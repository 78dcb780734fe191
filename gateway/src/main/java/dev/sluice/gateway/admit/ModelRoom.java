package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model has room for one more request, decided by its head alone.
 *
 * <p>The bound is what can be done until the request's deadline at the rate that the model's batcher has learned, or at
 * the {@link Pace} that has been measured, but no less than what keeps every instance at work with batches that are done
 * within that deadline. Latency by itself says
 * nothing here, for batching makes it grow by design. Besides, no more are let in than find a place in
 * the queue. High priorities may go beyond the bound, since they overtake those within it, and the lowest stays below.
 * A client within its share of what is in flight is let in always: the batcher makes room for it.
 *
 * <p>What a head does not say is presumed to be the most that bodies have asked for lately, and when the body has been
 * read it is decided anew. Every {@value #LOOK_EVERY}th of those who would be refused by what is presumed is read all
 * the same, to see whether it still holds.
 *
 * @thread any; shared by all front loops
 * @units rows in flight, nanoseconds
 * @bound one entry for each client with a request in flight
 * @errors Overloaded
 * @source Little's law
 */
final class ModelRoom {

    static final int LOOK_EVERY = 64;

    /** How full the model may be for each priority, the highest first, as a part of the bound. */
    private static final double[] FULL = {1.5, 1.25, 1, 0.75};

    /** One that runs and one that waits for it to end. */
    private static final int BATCHES_EACH = 2;

    private static final int LOWEST_RANK = FULL.length - 1;
    private static final int DEFAULT_PRIORITY = 3;

    private final String refusal;
    private final long longestNanos;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLongArray rowsByRank = new AtomicLongArray(FULL.length);
    private final OpenRequests clients = new OpenRequests();
    private final AtomicReference<MostAsked> urgency = new AtomicReference<>(MostAsked.NOTHING_KNOWN);
    private final AtomicReference<MostAsked> timeoutNanos = new AtomicReference<>(MostAsked.NOTHING_KNOWN);
    private final AtomicInteger presumptions = new AtomicInteger();
    private final Pace pace = new Pace();
    private volatile Capacity capacity = Capacity.UNKNOWN;

    /** @param longestNanos that any request may wait */
    ModelRoom(ModelId model, long longestNanos) {
        this.refusal = "model " + model + " has more to do than it can finish within the deadlines";
        this.longestNanos = longestNanos;
    }

    void learn(Capacity capacity) {
        this.capacity = capacity;
    }

    /** Why a request with that head is of no use now; null to read its body. */
    @Nullable
    InferenceError refusal(RequestHead head) {
        if (hasRoom(head.client(), rank(head), patienceNanos(head)) || (!head.saysAll() && isLookDue())) {
            return null;
        }
        return overloaded();
    }

    /** Why a request is of no use now whose head had not said what it asks for; null to let it in. */
    @Nullable
    InferenceError refusal(InferenceRequest request, long patienceNanos) {
        return hasRoom(request.client(), rank(request.priority()), patienceNanos) ? null : overloaded();
    }

    private InferenceError overloaded() {
        return InferenceError.Overloaded.until(refusal, capacity.nanosFor(rows.get()) * pace.slowdown());
    }

    private boolean hasRoom(String client, int rank, long patienceNanos) {
        double nanos = Math.min(longestNanos, patienceNanos) / pace.slowdown();
        Capacity known = capacity.within(nanos);
        return !known.isKnown()
                || rows.get() < known.busyRows()
                || fullness(known, rank, nanos) < FULL[rank]
                || isWithinItsShare(client);
    }

    /** Those of lower priorities are overtaken: so they count up to what there is room for with this deadline. */
    private double fullness(Capacity known, int rank, double nanos) {
        long rowsNow = Math.max(1, rows.get());
        int requestsNow = requests.get();
        double rowsInTime = known.rowsIn(nanos - known.batchNanos());
        double mostRows = Math.max((double) BATCHES_EACH * known.busyRows(), rowsInTime);
        double places = known.queueRequests() + (double) known.busyRows() * requestsNow / rowsNow;
        double before = rowsBefore(rank);
        double behind = Math.min(rowsNow - before, FULL[Math.min(rank + 1, LOWEST_RANK)] * mostRows);
        return Math.max((before + behind) / mostRows, requestsNow / places);
    }

    /** Those of the same priority or a higher one. */
    private long rowsBefore(int rank) {
        long before = 0;
        for (int i = 0; i <= rank; i++) {
            before += rowsByRank.get(i);
        }
        return before;
    }

    private long patienceNanos(RequestHead head) {
        boolean said = head.timeoutNanos() != RequestHead.UNSAID;
        return said ? head.timeoutNanos() : timeoutNanos.get().amount();
    }

    private int rank(RequestHead head) {
        if (head.priority() != RequestHead.UNSAID) {
            return rank(head.priority());
        }
        return LOWEST_RANK - (int) Math.min(LOWEST_RANK, urgency.get().amount());
    }

    private static int rank(int priority) {
        return (priority == RequestHead.UNSAID ? DEFAULT_PRIORITY : Math.min(priority, FULL.length)) - 1;
    }

    private boolean isWithinItsShare(String client) {
        int own = clients.of(client);
        long sharers = clients.names() + (own == 0 ? 1 : 0);
        return (own + 1) * sharers <= requests.get();
    }

    private boolean isLookDue() {
        return Math.floorMod(presumptions.getAndIncrement(), LOOK_EVERY) == LOOK_EVERY - 1;
    }

    /**
     * Takes note of what a request asks for that its head did not say, and decides anew.
     *
     * @return why it is of no use now; null to let it in
     */
    @Nullable
    InferenceError compare(RequestHead head, InferenceRequest request, long nowNanos) {
        if (head.priority() == RequestHead.UNSAID) {
            int asked = LOWEST_RANK - rank(request.priority());
            urgency.updateAndGet(most -> most.and(asked));
        }
        if (head.timeoutNanos() == RequestHead.UNSAID) {
            long asked = request.deadline().remainingNanos(nowNanos);
            timeoutNanos.updateAndGet(most -> most.and(asked));
        }
        return head.saysAll() ? null : refusal(request, request.deadline().remainingNanos(nowNanos));
    }

    /** Counts a request in; {@link Stay#end} counts it out. */
    Stay enter(InferenceRequest request, long nowNanos) {
        requests.incrementAndGet();
        rows.addAndGet(request.rows());
        int rank = rank(request.priority());
        rowsByRank.addAndGet(rank, request.rows());
        clients.tryEnter(request.client(), Integer.MAX_VALUE);
        return new Stay(
                request.client(), request.rows(), rank, request.deadline().remainingNanos(nowNanos));
    }

    /**
     * A request that is in flight.
     *
     * @thread ended by any, exactly once
     */
    final class Stay {

        private final String client;
        private final int ownRows;
        private final int rank;
        private final long patienceNanos;

        private Stay(String client, int ownRows, int rank, long patienceNanos) {
            this.client = client;
            this.ownRows = ownRows;
            this.rank = rank;
            this.patienceNanos = patienceNanos;
        }

        void end(Verdict verdict, long nowNanos) {
            long open = rows.addAndGet(-ownRows);
            assert open >= 0 : "a request has left twice";
            rowsByRank.addAndGet(rank, -ownRows);
            requests.decrementAndGet();
            clients.leave(client);
            pace.left(
                    verdict == Verdict.SUCCESS ? ownRows : 0, open, capacity.within((double) patienceNanos), nowNanos);
        }
    }
}
