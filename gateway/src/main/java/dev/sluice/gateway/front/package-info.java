/**
 * What every front shares: the one table from errors to bytes and codes, and the memory that requests are decoded into.
 *
 * <p>A front turns a protocol into {@link dev.sluice.worker.contract.InferenceRequest} and an
 * {@link dev.sluice.worker.contract.InferenceOutcome} back into the protocol. Everything between is
 * {@code InferencePipeline}. Protocols live in the packages below; the codec of V2 JSON, which several use, in
 * {@code front.v2}.
 *
 * <p>Read {@link dev.sluice.gateway.front.StatusMapping} first.
 */
@NullMarked
package dev.sluice.gateway.front;

import org.jspecify.annotations.NullMarked;
