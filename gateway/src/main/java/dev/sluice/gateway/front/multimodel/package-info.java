/**
 * What TorchServe and DJL Serving have in common, for both come from one server, Amazon's Multi Model Server: which
 * models are registered, how they are listed, how predictions are asked for and answered bare, the form of errors, and
 * which of our commands do what is ordered of models.
 *
 * <p>{@code front.torchserve} and {@code front.djl} say the same in their own words and know nothing of each other.
 * Nothing here has a thread of its own.
 *
 * <p>Read {@link dev.sluice.gateway.front.multimodel.ModelCalls} first, and
 * {@link dev.sluice.gateway.front.multimodel.OrderAnswers} for what changes models.
 */
@NullMarked
package dev.sluice.gateway.front.multimodel;

import org.jspecify.annotations.NullMarked;
