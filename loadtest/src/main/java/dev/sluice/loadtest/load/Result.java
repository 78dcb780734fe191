package dev.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one run came to.
 *
 * @param seconds in which requests were begun: without the wait for the last answers
 */
public record Result(List<Tally> tallies, double seconds) {

    private static final long LEAST_SLIP_BOUND_NANOS = 1_000_000;
    private static final double SLIP_SHARE_OF_DEADLINE = 0.05;
    private static final double MOST_NOT_SENT = 0.001;
    private static final double PERCENTILE = 99;

    /** Answers in time for each second. */
    public double goodput() {
        return perSecond(count(Outcome.IN_TIME));
    }

    public double offered() {
        return perSecond(tallies.stream().mapToLong(Tally::requests).sum());
    }

    public double perSecond(long count) {
        return count / seconds;
    }

    public long count(Outcome outcome) {
        return tallies.stream().mapToLong(tally -> tally.count(outcome)).sum();
    }

    public long failures() {
        return tallies.stream().mapToLong(Tally::failures).sum();
    }

    /**
     * Why the run says more of the generator than of the server; nothing if it does not.
     *
     * <p>Sending may slip by 5 % of the deadline at the 99th percentile, or by 1 ms where that is more, and one request
     * in a thousand may find no connection.
     */
    public List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        for (Tally tally : tallies) {
            double slip = tally.slipNanos().getValueAtPercentile(PERCENTILE);
            double bound = Math.max(LEAST_SLIP_BOUND_NANOS, SLIP_SHARE_OF_DEADLINE * tally.deadlineNanos());
            if (slip > bound) {
                doubts.add(String.format(
                        Locale.ROOT,
                        "%s: requests were sent up to %.1f ms late (99th percentile; %.1f would do): the generator is too slow",
                        tally.name(),
                        slip / 1e6,
                        bound / 1e6));
            }
            long notSent = tally.count(Outcome.NOT_SENT);
            if (notSent > MOST_NOT_SENT * tally.requests()) {
                doubts.add(String.format(
                        Locale.ROOT,
                        "%s: %d of %d requests found no free connection: raise --connections",
                        tally.name(),
                        notSent,
                        tally.requests()));
            }
        }
        return doubts;
    }
}
