package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.InferenceError;

/**
 * The answer to a request that wants in.
 *
 * @thread immutable
 */
public sealed interface Admission {

    /** Let in; whoever gets the permit releases it. */
    record Admitted(Permit permit) implements Admission {}

    /** Kept out; nothing is held. */
    record Refused(InferenceError error) implements Admission {}
}
