/**
 * What keeps requests from a model that fails: one circuit breaker for each model version.
 *
 * <p>{@link dev.sluice.worker.breaker.ModelBreaker} is the gate that a model's batcher asks and tells; the states, the
 * window and the rates in it are resilience4j's, which nothing else here knows. {@code Blame} sees to it that a client
 * whose requests are poisoned does not open the circuit for the others.
 *
 * <p>All of it is owned by the batcher loop of the model.
 *
 * <p>Read {@link dev.sluice.worker.breaker.ModelBreaker} first.
 */
@NullMarked
package dev.sluice.worker.breaker;

import org.jspecify.annotations.NullMarked;
