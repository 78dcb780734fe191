package dev.sluice.worker.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds how long the next batch may run when not everybody who waits can be served in time.
 *
 * <p>The request with the least time left decides: to serve it the batch must be short, hence small, and a small batch
 * wastes the fixed part of its run, for which others miss their deadlines later. To give it up lets the batch be longer. So
 * a few candidates are played through, from giving nobody up to giving up as many as lets the rest go in one batch: each
 * gives a first batch, and what still waits follows batch by batch on whichever instance is expected back first. The
 * candidate wins that serves most, less a price for the time it takes, for others are going to come.
 *
 * <p>Only those of the priority level whose turn it is are looked at. Nobody of them is given up for a lower one.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound looks at those who are short of time and as many more as fill a few batches
 * @source Nexus and Symphony drop the head until the rest fits; here that is one candidate of several
 */
final class DeadlinePlan {

    private static final int CANDIDATES = 9;

    /** Batches of requests with ample time that are looked at. */
    private static final int BATCHES_AHEAD = 4;

    /** Share of the requests expected to come during a run that the run costs, in bursts; the simulator's choice. */
    private static final double BURSTY_PRICE = 0.4;

    /** The same when they come evenly, and so are sure to come. */
    private static final double STEADY_PRICE = 0.7;

    /** Up to that dispersion arrivals count as even, and from twice that on as bursts. */
    private static final double EVEN = 4;

    private static final Comparator<QueuedRequest> BY_DEADLINE =
            (left, right) -> Long.signum(left.deadlineNanos() - right.deadlineNanos());

    private final LatencyModel latency;
    private final ArrivalSpread spread = new ArrivalSpread();
    private final List<QueuedRequest> waiting = new ArrayList<>();
    private long[] busyNanos = new long[0];
    private int maxRows;
    private long now;

    DeadlinePlan(LatencyModel latency) {
        this.latency = latency;
    }

    /**
     * The best time for the next batch: whoever has less left than that is to be passed over.
     *
     * @param lane not empty
     * @param busyNanos for each instance how long until it is idle; at least one is
     */
    long budgetNanos(BatchQueue.Lane lane, int maxRows, long[] busyNanos, long nowNanos) {
        this.maxRows = maxRows;
        this.busyNanos = busyNanos;
        this.now = nowNanos;
        lookAt(lane);
        spread.look(lane.everAdded(), nowNanos);
        double price = priceOfTime(lane);
        int last = lastCandidate();
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int candidate = 0; candidate < CANDIDATES; candidate++) {
            int first = last * candidate / (CANDIDATES - 1);
            double value = value(first, price);
            if (value > most) {
                most = value;
                best = first;
            }
        }
        long budget = leftNanos(best);
        waiting.clear();
        return budget;
    }

    private void lookAt(BatchQueue.Lane lane) {
        long full = latency.safeNanos(Math.min(maxRows, lane.rows()));
        long ample = 0;
        int rank = rank(lane.peek());
        for (QueuedRequest queued : lane) {
            if (rank(queued) != rank) {
                break;
            }
            waiting.add(queued);
            if (queued.deadlineNanos() - now >= full) {
                ample += Math.max(1, queued.request().rows());
                if (ample >= (long) BATCHES_AHEAD * maxRows) {
                    break;
                }
            }
        }
        waiting.sort(BY_DEADLINE);
    }

    /** In requests for a nanosecond of one instance: they come as fast as those that wait have come. */
    private double priceOfTime(BatchQueue.Lane lane) {
        long since = Math.max(1, now - lane.peek().enqueuedNanos());
        double rate = (double) lane.requestsOf(rank(lane.peek())) / since / busyNanos.length;
        double even = Math.clamp(2 - spread.dispersion() / EVEN, 0, 1);
        double share = BURSTY_PRICE + even * (STEADY_PRICE - BURSTY_PRICE);
        return share * Math.min(rate, 1 / latency.rowNanos());
    }

    /** The first who has time enough for one batch of himself and all after him, or for a full one. */
    private int lastCandidate() {
        long rows = 0;
        int candidate = waiting.size() - 1;
        for (int i = waiting.size() - 1; i >= 0; i--) {
            rows += rows(i);
            if (latency.rowsWithin(leftNanos(i)) < Math.min(rows, maxRows)) {
                break;
            }
            candidate = i;
        }
        return candidate;
    }

    private double value(int first, double price) {
        long[] free = Arrays.copyOf(busyNanos, busyNanos.length);
        double served = 0;
        long spent = 0;
        int at = first;
        while (at < waiting.size()) {
            int instance = earliest(free);
            int end = at;
            long rows = 0;
            int fitting = latency.rowsWithin(leftNanos(at) - free[instance]);
            int limit = Math.min(fitting, Math.max(maxRows, rows(at)));
            while (end < waiting.size() && rows + rows(end) <= limit) {
                rows += rows(end++);
            }
            if (end == at) {
                at++;
                continue;
            }
            long run = latency.nanos((int) rows);
            free[instance] += run;
            spent += run;
            for (; at < end; at++) {
                served += worth(at);
            }
        }
        return served - price * spent;
    }

    /** In requests; a piece is worth so much of one as it has of the rows that its client waits for still. */
    private double worth(int index) {
        int toCome = waiting.get(index).rowsToCome();
        return toCome == 0 ? 1 : (double) rows(index) / (rows(index) + toCome);
    }

    private static int earliest(long[] free) {
        int earliest = 0;
        for (int i = 1; i < free.length; i++) {
            if (free[i] < free[earliest]) {
                earliest = i;
            }
        }
        return earliest;
    }

    private long leftNanos(int index) {
        return waiting.get(index).deadlineNanos() - now;
    }

    private static int rank(QueuedRequest queued) {
        return PriorityLevels.rank(queued.request().priority());
    }

    private int rows(int index) {
        return waiting.get(index).request().rows();
    }
}
