/**
 * SavedModels, run by TensorFlow through its own Java interface: in a build with the profile {@code engine-tensorflow},
 * and in no other.
 *
 * <p>What a model takes and gives is that of its signature {@code serving_default}. All else is as with any engine: see
 * {@link dev.sluice.worker.engine.ComputedModel}.
 *
 * <p>Read {@link dev.sluice.worker.engine.tensorflow.SavedModelEngine} first.
 */
@NullMarked
package dev.sluice.worker.engine.tensorflow;

import org.jspecify.annotations.NullMarked;
