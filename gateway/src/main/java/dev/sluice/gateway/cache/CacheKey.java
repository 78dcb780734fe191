package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.ModelId;

/**
 * All that an answer depends on: who gives it, and the hash of what was asked.
 *
 * @param loading names one loading of the version, so that files that were put in place of others have answers of their own
 * @param a the first eight bytes of the hash, and so on
 */
public record CacheKey(ModelId model, String loading, long a, long b, long c, long d) {}
