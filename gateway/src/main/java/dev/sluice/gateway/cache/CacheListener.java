package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.ModelId;

/**
 * Hears what the cache of answers did for requests; metrics implement it.
 *
 * @thread called on the front loop of each request; must not block
 */
public interface CacheListener {

    CacheListener NONE = new CacheListener() {};

    /** One was given the answer of an equal one. */
    default void hit(ModelId model) {}

    /** One set out, for there was nothing for it. */
    default void missed(ModelId model) {}

    /** One waits for the answer of an equal one that is on its way. */
    default void shared(ModelId model) {}
}
