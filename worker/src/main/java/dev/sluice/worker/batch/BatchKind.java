package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What requests must have in common to share a batch: the same inputs with the same shapes beyond the rows, and the
 * same outputs in the same order. Where axes are ragged, {@link BatchKinds} says which lengths count as the same.
 *
 * <p>It keeps names and shapes of a request but none of its tensors, and so may outlive them.
 *
 * @thread immutable; compared and hashed on the batcher loop
 * @bound hashed once; a client that makes its shapes collide gets what a search through all kinds would cost
 */
final class BatchKind {

    private final String[] inputs;
    private final Shape[] shapes;
    private final List<String> outputs;
    private final int hash;

    private BatchKind(String[] inputs, Shape[] shapes, List<String> outputs) {
        this.inputs = inputs;
        this.shapes = shapes;
        this.outputs = outputs;
        int mixed = 31 * outputs.hashCode() + Arrays.hashCode(inputs);
        for (Shape shape : shapes) {
            mixed = 31 * mixed + shape.hashBeyondRows();
        }
        this.hash = mixed;
    }

    static BatchKind of(InferenceRequest request) {
        return of(request, Tensor::shape);
    }

    /** @param shapeOf what stands for the shape of each input */
    static BatchKind of(InferenceRequest request, Function<Tensor, Shape> shapeOf) {
        List<Tensor> tensors = request.inputs();
        String[] inputs = new String[tensors.size()];
        Shape[] shapes = new Shape[tensors.size()];
        for (int i = 0; i < shapes.length; i++) {
            inputs[i] = tensors.get(i).name();
            shapes[i] = shapeOf.apply(tensors.get(i));
        }
        return new BatchKind(inputs, shapes, request.outputs());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BatchKind kind
                && hash == kind.hash
                && outputs.equals(kind.outputs)
                && Arrays.equals(inputs, kind.inputs)
                && sameShapes(kind);
    }

    private boolean sameShapes(BatchKind other) {
        for (int i = 0; i < shapes.length; i++) {
            if (!shapes[i].sameBeyondRows(other.shapes[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
