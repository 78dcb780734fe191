package dev.sluice.gateway.front.tfs;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TensorSpec;

/**
 * The shape of the tensor that is made of a feature of examples.
 *
 * @thread stateless
 * @errors InvalidRequest where the values do not fill a row as the model takes it
 */
public final class FeatureShape {

    private FeatureShape() {}

    /**
     * The declared one, with the examples as rows; one axis beyond them may be open.
     *
     * @param found values in each of them
     * @throws InferenceException InvalidRequest
     */
    public static Shape of(TensorSpec spec, int examples, long found) {
        long[] dimensions = spec.shape().dimensions().clone();
        long known = 1;
        int open = 0;
        for (int axis = 1; axis < dimensions.length; axis++) {
            known *= Math.abs(dimensions[axis]);
            open = dimensions[axis] == Shape.VARIABLE ? axis : open;
        }
        if (dimensions.length > 0) {
            dimensions[0] = examples;
        }
        if (open > 0) {
            dimensions[open] = known == 0 ? 0 : found / known;
        }
        Shape shape = new Shape(dimensions);
        boolean fits = shape.isFixed() && spec.shape().accepts(shape) && shape.elementCount() == found * examples;
        if (!fits) {
            throw Refusals.invalid("Feature: " + spec.name() + " has " + found + " values in each of " + examples
                    + " examples, and the model takes " + spec.shape());
        }
        return shape;
    }
}
