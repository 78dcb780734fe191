package dev.sluice.worker.contract;

import java.util.List;

/**
 * What a model says about one of its inputs or outputs.
 *
 * @param optional an input that a request may leave out, because the model has a default for it
 * @param axisNames what the model calls each variable axis, the others and nameless ones being empty; axes of one name
 *     have one size in each call. Empty where nothing is known
 */
public record TensorSpec(String name, DataType dataType, Shape shape, boolean optional, List<String> axisNames) {

    public TensorSpec {
        axisNames = List.copyOf(axisNames);
    }

    public TensorSpec(String name, DataType dataType, Shape shape, boolean optional) {
        this(name, dataType, shape, optional, List.of());
    }

    public TensorSpec(String name, DataType dataType, Shape shape) {
        this(name, dataType, shape, false);
    }

    /** What the model calls that axis; empty if it has no name. */
    public String axisName(int axis) {
        return axis < axisNames.size() ? axisNames.get(axis) : "";
    }

    /** As users write it: {@code input_ids INT64[-1,-1]}. */
    @Override
    public String toString() {
        return name + " " + dataType + shape;
    }
}
