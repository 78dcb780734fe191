package dev.sluice.gateway.admit;

/** What a request that was let in came to, as far as limits may learn from it. */
public enum Verdict {
    /** Answered in time. */
    SUCCESS,
    /** Says nothing about load: the client's own mistake, or the client has gone. */
    IGNORED,
    /** Lost to load: refused further on, or too late. */
    DROPPED
}
