package dev.sluice.worker.pipeline;

/**
 * What a stage does with what it is given: it asks a model, cuts pieces out of pictures, or makes boxes of what a detector gives.
 *
 * @thread immutable
 */
public sealed interface StageTask permits StageModel, Crop, DeclaredBoxes {}
