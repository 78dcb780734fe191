package dev.sluice.loadtest.load;

import org.HdrHistogram.Histogram;

/**
 * What became of one kind of traffic: a count for each outcome, and latencies in nanoseconds.
 *
 * @thread one at a time
 * @bound three histograms of 3 significant digits, whatever the number of requests
 */
public final class Tally {

    private static final int SIGNIFICANT_DIGITS = 3;

    private final String name;
    private final long deadlineNanos;
    private final Windows windows;
    private final Counts counts = new Counts();
    private final Histogram served = new Histogram(SIGNIFICANT_DIGITS);
    private final Histogram fromSending = new Histogram(SIGNIFICANT_DIGITS);
    private final Histogram refused = new Histogram(SIGNIFICANT_DIGITS);
    private final Histogram slip = new Histogram(SIGNIFICANT_DIGITS);
    private long retries;

    Tally(Traffic traffic, long windowNanos) {
        this.name = traffic.name();
        this.deadlineNanos = traffic.deadlineNanos();
        this.windows = new Windows(windowNanos);
    }

    /** All moments count from the start of the run. */
    void record(long plannedNanos, Answer answer) {
        windows.plan(plannedNanos);
        windows.end(answer.doneNanos(), answer.outcome());
        counts.add(answer.outcome());
        long latency = Math.max(0, answer.doneNanos() - plannedNanos);
        if (answer.outcome().served()) {
            served.recordValue(latency);
            fromSending.recordValue(Math.max(0, answer.doneNanos() - answer.sentNanos()));
        } else if (answer.outcome().refused()) {
            refused.recordValue(latency);
        }
        if (answer.outcome() != Outcome.NOT_SENT && answer.outcome() != Outcome.BROKEN) {
            slip.recordValue(Math.max(0, answer.sentNanos() - plannedNanos));
        }
    }

    void retry() {
        retries++;
    }

    public String name() {
        return name;
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }

    public Windows windows() {
        return windows;
    }

    public long count(Outcome outcome) {
        return counts.of(outcome);
    }

    /** All requests, first attempts and further ones. */
    public long requests() {
        return counts.all();
    }

    public long failures() {
        long failures = 0;
        for (Outcome outcome : Outcome.values()) {
            failures += outcome.failed() ? count(outcome) : 0;
        }
        return failures;
    }

    /** Further attempts. */
    public long retries() {
        return retries;
    }

    /** From the planned moment to the answer, of all that were served, late ones included. */
    public Histogram servedNanos() {
        return served;
    }

    /** The same from the moment of sending: what a closed loop would have called the latency. */
    public Histogram fromSendingNanos() {
        return fromSending;
    }

    /** From the planned moment to a proper refusal. */
    public Histogram refusedNanos() {
        return refused;
    }

    /** How much later than planned requests were sent. */
    public Histogram slipNanos() {
        return slip;
    }
}
