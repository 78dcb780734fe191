package dev.sluice.gateway.admit;

import java.util.Locale;

/**
 * Hears of every request that a limit keeps out; metrics implement it.
 *
 * @thread called on the front loop of the request; must not block
 */
@FunctionalInterface
public interface LimitListener {

    LimitListener NONE = (scope, limit) -> {};

    void refused(Scope scope, Limit limit);

    /** Whose quota it was. */
    enum Scope {
        /** One client's own. */
        CLIENT,
        /** That of a model, which all its clients share. */
        MODEL;

        /** As it is called in labels. */
        public String word() {
            return this == CLIENT ? "client" : "model";
        }
    }

    /** Which part of the quota was used up. */
    enum Limit {
        REQUESTS,
        ROWS,
        CONCURRENT;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** As it is called in messages, headers and labels. */
        public String word() {
            return word;
        }
    }
}
