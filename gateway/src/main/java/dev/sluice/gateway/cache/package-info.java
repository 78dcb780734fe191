/**
 * Answers that are given again: to requests that are equal in everything that an answer depends on.
 *
 * <p>One cache for all front loops, because what it saves is runs of models, and each loop would run each request once. Bounded in
 * bytes, with a time to live that each model's owner sets; without one nothing of a model is kept. An answer belongs to one
 * loading of one version and goes with it.
 *
 * <p>Read {@link dev.sluice.gateway.cache.ResponseCache} first.
 */
@NullMarked
package dev.sluice.gateway.cache;

import org.jspecify.annotations.NullMarked;
