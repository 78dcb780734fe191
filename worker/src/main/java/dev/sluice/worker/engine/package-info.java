/**
 * Loads models and runs them: the only place that knows DJL and ONNX Runtime.
 *
 * <p>A {@link dev.sluice.worker.engine.Engine} makes a {@link dev.sluice.worker.engine.LoadedModel} of a file. Whoever
 * loaded a model owns it and its native memory and closes it once; worker threads share it, each through a
 * {@link dev.sluice.worker.engine.ModelInstance} of its own, which keeps memory for outputs and can end its call. Nothing
 * native leaves a call: inputs arrive as contract tensors and outputs leave as contract tensors on the heap. Whatever
 * goes wrong becomes one of three exceptions, chosen in one place: the file's fault, the request's, or the engine's.
 *
 * <p>Read {@link dev.sluice.worker.engine.LoadedModel} first, then {@code OnnxEngine} for loading and {@code OnnxModel}
 * for a call.
 */
@NullMarked
package dev.sluice.worker.engine;

import org.jspecify.annotations.NullMarked;
