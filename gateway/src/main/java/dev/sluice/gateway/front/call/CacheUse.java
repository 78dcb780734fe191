package dev.sluice.gateway.front.call;

/** What the cache of answers did for a request. */
public enum CacheUse {
    /** It had the answer. */
    HIT("hit"),
    /** It had none. */
    MISS("miss"),
    /** It had none, and gave it that of an equal request which was on its way. */
    SHARED("shared");

    private final String word;

    CacheUse(String word) {
        this.word = word;
    }

    /** As clients are told. */
    @Override
    public String toString() {
        return word;
    }
}
