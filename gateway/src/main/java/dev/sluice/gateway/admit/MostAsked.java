package dev.sluice.gateway.admit;

/**
 * The most that any of the last 1,000 to 2,000 requests has asked for; without end until there have been so many.
 *
 * @param before in the last whole window
 * @param now in the one that is not whole yet, of {@code requests} so far
 * @thread immutable
 */
record MostAsked(long before, long now, int requests) {

    static final int WINDOW = 1_000;

    static final MostAsked NOTHING_KNOWN = new MostAsked(Long.MAX_VALUE, 0, 0);

    MostAsked and(long amount) {
        long most = Math.max(now, amount);
        return requests + 1 < WINDOW ? new MostAsked(before, most, requests + 1) : new MostAsked(most, 0, 0);
    }

    long amount() {
        return Math.max(before, now);
    }
}
