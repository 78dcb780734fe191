package dev.sluice.gateway.admit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who has which quota: some have their own, all others the same one each.
 *
 * @param others the quota of whoever is not named
 */
record QuotaRules(Map<String, Quota> named, Quota others) {

    private static final String OTHERS = "*";

    /** @param texts each as in {@code batch-job: 2 requests/s} */
    static QuotaRules of(List<String> texts) {
        Map<String, Quota> named = new HashMap<>();
        for (String text : texts) {
            int colon = colon(text);
            named.put(text.substring(0, colon).strip(), Quota.parse(quota(text, colon)));
        }
        Quota others = named.remove(OTHERS);
        return new QuotaRules(Map.copyOf(named), others == null ? Quota.UNLIMITED : others);
    }

    /** What is wrong with such a text, if anything is. */
    static Optional<String> problem(String text) {
        try {
            int colon = colon(text);
            if (colon > 0) {
                Quota.parse(quota(text, colon));
                return Optional.empty();
            }
        } catch (IllegalArgumentException malformed) {
            // told below, like a name without a quota
        }
        return Optional.of("is no limit (got " + text + "; expected NAME: QUOTA, where NAME is * for all that are not"
                + " named and QUOTA is " + Quota.FORM + ")");
    }

    /** The last one, because addresses have colons and quotas have none. */
    private static int colon(String text) {
        return text.lastIndexOf(':');
    }

    private static String quota(String text, int colon) {
        return text.substring(colon + 1).strip();
    }

    boolean limitNothing() {
        return named.isEmpty() && others.equals(Quota.UNLIMITED);
    }

    Quota of(String name) {
        return named.getOrDefault(name, others);
    }
}
