package dev.sluice.gateway.traffic;

import dev.sluice.worker.contract.ModelId;

/**
 * Hears what becomes of candidates and of what is sent their way; metrics implement it.
 *
 * @thread called on front loops and where decisions are made; must not block
 */
public interface TrafficListener {

    TrafficListener NONE = new TrafficListener() {};

    /** A version is on trial from now on. */
    default void begins(ModelId candidate) {}

    /** It has been decided by itself that the candidate takes over, or is sent away, and that has been done. */
    default void decided(ModelId candidate, Verdict verdict) {}

    /** What became of a copy. */
    enum CopyEnd {
        AGREED,
        DIFFERED,
        /** The candidate could not run it, or not in time. */
        FAILED,
        /** There was no room for it. */
        DROPPED
    }

    /** A copy has come to its end, or did not set out. */
    default void copied(ModelId candidate, CopyEnd end) {}

    /** The stable version answers a request that the candidate failed, or was spared while its circuit was open. */
    default void rescued(ModelId candidate) {}
}
