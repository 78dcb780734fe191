package dev.sluice.loadtest.load;

/**
 * How one request ended.
 *
 * @param sentNanos when it was handed to a connection; meaningless if it never was
 * @param retryAfterMillis what the server asked for, or 0
 */
record Answer(Outcome outcome, long sentNanos, long doneNanos, long retryAfterMillis) {

    /** No connection had a place for it. */
    static Answer notSent(long plannedNanos, long nowNanos) {
        return new Answer(Outcome.NOT_SENT, plannedNanos, nowNanos, 0);
    }
}
