package dev.sluice.gateway.front;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceError;

/**
 * How long a body or a message may be, and who says so.
 *
 * @param setting that could be changed; empty if there is none
 */
public record SizeLimit(long bytes, String setting) {

    private static final String BUDGET = "admission.max_in_flight_bytes";

    /** One that no setting changes. */
    public static SizeLimit fixed(long bytes) {
        return new SizeLimit(bytes, "");
    }

    /** All that may be held of all requests. */
    public static SizeLimit of(ByteBudget budget) {
        return new SizeLimit(budget.maxBytes(), BUDGET);
    }

    /** The smaller one, for what is longer could never be held. */
    public SizeLimit within(ByteBudget budget) {
        return bytes <= budget.maxBytes() ? this : of(budget);
    }

    public InferenceError tooLarge() {
        return new InferenceError.PayloadTooLarge(bytes, setting);
    }
}
