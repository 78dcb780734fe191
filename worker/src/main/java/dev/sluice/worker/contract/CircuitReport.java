package dev.sluice.worker.contract;

import org.jspecify.annotations.Nullable;

/**
 * What the worker side tells the gateway side of one model's circuit breaker, at the start and at each change.
 *
 * @param batcherAddress of the one whose it is: a version that is loaded anew has two of them for a while
 * @param openUntilNanos when requests are let in again, if it is open
 * @param fallback who may answer meanwhile; null if nobody may
 * @units nanoseconds of {@link Ticker}
 */
public record CircuitReport(
        ModelId model,
        String batcherAddress,
        CircuitState state,
        long openUntilNanos,
        @Nullable Fallback fallback) {

    /** The event-bus address that reports are sent to. */
    public static final String ADDRESS = "sluice.circuit-reports";

    /**
     * A model that answers for another.
     *
     * @param version {@value #NEWEST} for the newest that is ready
     */
    public record Fallback(String name, long version) {

        public static final long NEWEST = 0;

        /** As users write it: {@code digits-small} or {@code digits-small/1}. */
        @Override
        public String toString() {
            return version == NEWEST ? name : name + "/" + version;
        }
    }

    /** Whether requests are refused at that time; once it is over the next one is let in, to be tried. */
    public boolean refusesAt(long nowNanos) {
        return state == CircuitState.OPEN && nowNanos - openUntilNanos < 0;
    }
}
