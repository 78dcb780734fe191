package dev.sluice.gateway.security;

import java.util.List;
import java.util.Optional;

/**
 * Paths for which no key is asked.
 *
 * @thread immutable
 */
record OpenPaths(List<String> patterns) {

    private static final char ALL_THAT_BEGIN_SO = '*';

    OpenPaths {
        patterns = List.copyOf(patterns);
    }

    /** Whether that path, without {@code ..} and the like, is one. */
    boolean contain(String path) {
        for (String pattern : patterns) {
            int star = pattern.length() - 1;
            boolean matches = pattern.charAt(star) == ALL_THAT_BEGIN_SO
                    ? path.startsWith(pattern.substring(0, star))
                    : path.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    static Optional<String> problem(String pattern) {
        int star = pattern.indexOf(ALL_THAT_BEGIN_SO);
        boolean fine = pattern.startsWith("/") && (star < 0 || star == pattern.length() - 1);
        return fine
                ? Optional.empty()
                : Optional.of(
                        "is no path (got " + pattern + "; expected it from its first /, as in /metrics, or with a *"
                                + " at its end alone, as in /v2/health/*)");
    }
}
