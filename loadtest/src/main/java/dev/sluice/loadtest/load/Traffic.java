package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.InferCall;

/**
 * Requests of one kind: who sends them, what is asked, when, and what counts as in time.
 *
 * @param name of its line in reports
 * @param plannedNanos ascending, from the start of the run; a closed loop plans nothing
 */
public record Traffic(String name, InferCall call, long deadlineNanos, Retries retries, long[] plannedNanos) {

    /** Without retries. */
    public Traffic(String name, InferCall call, long deadlineNanos, long[] plannedNanos) {
        this(name, call, deadlineNanos, Retries.NONE, plannedNanos);
    }
}
