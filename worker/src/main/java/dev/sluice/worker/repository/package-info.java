/**
 * Where models come from: a directory of {@code <model>/<version>/model.onnx}, with an optional
 * {@code <model>/model.yaml} beside the versions.
 *
 * <p>Only control threads come here, for it touches files. Finding a model and loading it are kept apart, so that a
 * broken file or a bad model.yaml fails that model alone.
 *
 * <p>Read {@link dev.sluice.worker.repository.ModelRepository} first.
 */
@NullMarked
package dev.sluice.worker.repository;

import org.jspecify.annotations.NullMarked;
