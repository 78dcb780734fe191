/**
 * Loads models and runs them: the only place that knows DJL and ONNX Runtime.
 *
 * <p>A {@link dev.sluice.worker.engine.Engine} makes a {@link dev.sluice.worker.engine.LoadedModel} of a file. Whoever
 * loaded a model owns it and its native memory and closes it once; worker threads share it and call
 * {@link dev.sluice.worker.engine.LoadedModel#run} at the same time. Nothing native outlives a call: inputs arrive as
 * contract tensors and outputs leave as contract tensors on the heap. Whatever goes wrong becomes one of three
 * exceptions, chosen in one place: the file's fault, the request's fault, or the engine's.
 *
 * <p>Read {@link dev.sluice.worker.engine.LoadedModel} first, then {@code OnnxEngine} for loading and {@code OnnxModel}
 * for a call.
 */
@NullMarked
package dev.sluice.worker.engine;

import org.jspecify.annotations.NullMarked;
