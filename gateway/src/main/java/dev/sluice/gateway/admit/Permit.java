package dev.sluice.gateway.admit;

/**
 * The right to be in flight.
 *
 * @thread may be released from any, exactly once
 */
@FunctionalInterface
public interface Permit {

    void release(Verdict verdict);
}
