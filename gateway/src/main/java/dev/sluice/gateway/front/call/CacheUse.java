package dev.sluice.gateway.front.call;

import java.util.Locale;

/** What the cache of answers did for a request. */
public enum CacheUse {
    /** It had the answer. */
    HIT,
    /** It had none. */
    MISS,
    /** It had none, and gave it that of an equal request which was on its way. */
    SHARED;

    private static final CacheUse[] ALL = values();
    private static final String[] WORDS = new String[ALL.length];

    static {
        for (CacheUse each : ALL) {
            WORDS[each.ordinal()] = each.name().toLowerCase(Locale.ROOT);
        }
    }

    /** As clients are told. */
    @Override
    public String toString() {
        return WORDS[ordinal()];
    }
}
