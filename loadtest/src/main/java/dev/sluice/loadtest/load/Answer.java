package dev.sluice.loadtest.load;

/**
 * How one request ended.
 *
 * @param sentNanos when it was handed to a connection; meaningless if it never was
 * @param retryAfterMillis what the server asked for, or 0
 */
record Answer(Outcome outcome, long sentNanos, long doneNanos, long retryAfterMillis) {}
