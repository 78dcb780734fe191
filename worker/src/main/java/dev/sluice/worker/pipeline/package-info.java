/**
 * Models made of models: what a pipeline is, whether its stages fit together, how a request goes through them, and what is
 * found in its pictures and cut out of them on the way. Pure: it knows neither clocks nor threads nor the event bus.
 *
 * <p>{@link dev.sluice.worker.pipeline.Pipeline} is what somebody wrote, {@link
 * dev.sluice.worker.pipeline.PipelinePlan} the same held against the stages' signatures, and {@link
 * dev.sluice.worker.pipeline.PipelineRun} one request on its way. The worker's root package finds the stages' batchers
 * and carries requests there.
 *
 * <p>Read {@link dev.sluice.worker.pipeline.Pipeline} first.
 */
@NullMarked
package dev.sluice.worker.pipeline;

import org.jspecify.annotations.NullMarked;
