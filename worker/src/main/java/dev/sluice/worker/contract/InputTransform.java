package dev.sluice.worker.contract;

/**
 * How a thing that people send becomes the tensors of a request: one record for each kind of thing.
 *
 * @thread immutable
 */
public sealed interface InputTransform permits ImageInput, TextInput, RowsInput, AudioInput, PluginInput {}
