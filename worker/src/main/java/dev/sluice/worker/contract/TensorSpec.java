package dev.sluice.worker.contract;

/**
 * What a model says about one of its inputs or outputs.
 *
 * @param optional an input that a request may leave out, because the model has a default for it
 */
public record TensorSpec(String name, DataType dataType, Shape shape, boolean optional) {

    public TensorSpec(String name, DataType dataType, Shape shape) {
        this(name, dataType, shape, false);
    }
}
