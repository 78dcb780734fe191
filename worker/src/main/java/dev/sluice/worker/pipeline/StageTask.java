package dev.sluice.worker.pipeline;

/**
 * What a stage does with what it is given: it asks a model, or cuts pieces out of pictures.
 *
 * @thread immutable
 */
public sealed interface StageTask permits StageModel, Crop {}
