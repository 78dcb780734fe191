package dev.sluice.gateway.traffic;

/**
 * What is to become of a candidate.
 *
 * @thread immutable
 */
public sealed interface Verdict {

    /** It goes on being tried. */
    record GoOn() implements Verdict {}

    /** It is sent away. */
    record Reject(String reason) implements Verdict {}

    /** It takes over. */
    record Promote(String reason) implements Verdict {}
}
