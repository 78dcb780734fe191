/**
 * The way from the gateway to the workers.
 *
 * <p>{@link dev.sluice.gateway.dispatch.ModelDirectory} knows, from the workers' reports, which model versions exist and
 * what they take; {@link dev.sluice.gateway.dispatch.BatcherClient} is the crossing itself: it sends the
 * requests of one front loop to the batchers of their models, in groups, and turns every way in which that can end into one
 * outcome for each. {@link dev.sluice.gateway.dispatch.BatcherInquiry} asks a batcher about itself, beside the data path.
 * {@link dev.sluice.gateway.dispatch.CircuitBreakers} knows which of them are left alone, and who stands in.
 *
 * <p>Read {@link dev.sluice.gateway.dispatch.BatcherClient} first.
 */
@NullMarked
package dev.sluice.gateway.dispatch;

import org.jspecify.annotations.NullMarked;
