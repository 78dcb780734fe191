/**
 * Where models come from: directories of {@code <model>/<version>/model.onnx}, with an optional
 * {@code <model>/model.yaml}, or Triton's {@code config.pbtxt}, beside the versions; which of them are wanted; and what
 * is to be done about it.
 *
 * <p>{@link dev.sluice.worker.repository.ModelRoots} and what it reads with touch files, so only control threads
 * come there. The rest is pure: what stands still, the policy, the selection, the steps from what is to what should be.
 * Nothing here loads a model, so a broken file or a bad model.yaml fails that model alone.
 *
 * <p>Read {@link dev.sluice.worker.repository.Reconciliation} first.
 */
@NullMarked
package dev.sluice.worker.repository;

import org.jspecify.annotations.NullMarked;
