package dev.sluice.loadtest.load;

/**
 * How goodput follows a load that steps up after a third of the run and back after two thirds, read off its windows.
 *
 * @param settleSeconds after the step in which goodput may still be finding its level
 */
public record StepResponse(Windows windows, double seconds, double settleSeconds) {

    private static final double LEAST_SETTLE_SECONDS = 0.1;
    private static final double SETTLE_IN_DEADLINES = 2;

    private static final double LONGEST_LOOK = 1;
    private static final double LOOKS_IN_A_PHASE = 4;

    /** Of the one kind of traffic that was sent: goodput has two deadlines to follow, or 100 ms if that is more. */
    public static StepResponse of(Result result) {
        Tally tally = result.tallies().getFirst();
        double settle = Math.max(LEAST_SETTLE_SECONDS, SETTLE_IN_DEADLINES * tally.deadlineNanos() / 1e9);
        return new StepResponse(tally.windows(), result.seconds(), settle);
    }

    /** Answers in time each second right after the step up has settled. */
    public double afterTheStep() {
        double from = seconds / 3 + settleSeconds;
        return inTime(from, from + look());
    }

    /** The same in the rest of that phase. */
    public double steady() {
        return inTime(seconds / 3 + settleSeconds + look(), 2 * seconds / 3);
    }

    /** Refusals of all kinds that ended a second or later after the step back. */
    public long refusedAfterTheStepBack() {
        long refused = 0;
        for (int window = window(2 * seconds / 3 + 1); window < windows.count(); window++) {
            for (Outcome outcome : Outcome.values()) {
                refused += outcome.refused() ? windows.ended(window, outcome) : 0;
            }
        }
        return refused;
    }

    /** Answers in time in the second half of the last phase, as a share of the requests that were meant for it. */
    public double recovered(long[] plannedNanos) {
        int from = window(5 * seconds / 6);
        int to = window(seconds);
        long meant = 0;
        for (long planned : plannedNanos) {
            long window = planned / windows.windowNanos();
            meant += window >= from && window < to ? 1 : 0;
        }
        return meant == 0 ? 0 : (double) inTime(from, to) / meant;
    }

    private double look() {
        return Math.min(LONGEST_LOOK, seconds / 3 / LOOKS_IN_A_PHASE);
    }

    private double inTime(double fromSeconds, double toSeconds) {
        int from = window(fromSeconds);
        int to = Math.max(from + 1, window(toSeconds));
        return inTime(from, to) / ((to - from) * windows.windowNanos() / 1e9);
    }

    private long inTime(int from, int to) {
        long count = 0;
        for (int window = from; window < Math.min(to, windows.count()); window++) {
            count += windows.ended(window, Outcome.IN_TIME);
        }
        return count;
    }

    /** The first window that begins then or later. */
    private int window(double atSeconds) {
        return (int) Math.ceil(atSeconds * 1e9 / windows.windowNanos() - 1e-6);
    }
}
