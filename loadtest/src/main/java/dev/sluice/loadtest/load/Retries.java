package dev.sluice.loadtest.load;

/** What a client does when it is refused with a time to come back at. */
public enum Retries {
    NONE,
    /** Comes back when it is told to. */
    HONOUR,
    /** Comes back at once, as clients do that retry in a loop. */
    IGNORE;

    /** Of one user, the first included: so a storm has an end. */
    static final int MOST_ATTEMPTS = 5;

    private static final long AT_ONCE_MILLIS = 10;

    /** Whether a request that ended so is sent once more. */
    boolean again(Answer answer, int attempt) {
        return this != NONE
                && attempt < MOST_ATTEMPTS
                && (answer.outcome() == Outcome.THROTTLED || answer.outcome() == Outcome.OVERLOADED);
    }

    long delayMillis(Answer answer) {
        return this == HONOUR ? Math.max(AT_ONCE_MILLIS, answer.retryAfterMillis()) : AT_ONCE_MILLIS;
    }
}
