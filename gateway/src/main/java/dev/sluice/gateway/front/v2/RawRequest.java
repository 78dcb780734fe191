package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.Arrays;
import java.util.List;

/**
 * A request without JSON: the body is the one input of the model, as one row, and all outputs come as raw bytes.
 *
 * @thread stateless
 * @shape a variable axis beyond the rows takes its size from the number of bytes; there may be one
 * @errors InvalidRequest when the model is not of that kind or the bytes do not fit
 * @source Triton, raw binary request
 */
final class RawRequest {

    private RawRequest() {}

    static DecodedRequest decode(RawTensors raw, Signature signature) {
        if (signature.inputs().size() != 1) {
            throw InferenceException.invalid(
                    "body",
                    "a raw body is one input, and the model has "
                            + signature.inputs().size());
        }
        TensorSpec spec = signature.inputs().getFirst();
        if (spec.dataType() == DataType.BYTES) {
            throw InferenceException.invalid("body", "a raw body cannot be strings");
        }
        Shape shape = shape(spec, signature.batched(), raw.remaining());
        Tensor input = new Tensor(
                spec.name(), spec.dataType(), shape, raw.take(spec.name(), raw.remaining(), spec.dataType(), shape));
        AnswerForm form = new AnswerForm(null, List.of(), true);
        return new DecodedRequest(List.of(input), signature.outputNames(), 1, null, 0, form);
    }

    private static Shape shape(TensorSpec spec, boolean batched, int bytes) {
        long[] dimensions = spec.shape().dimensions().clone();
        if (batched) {
            dimensions[0] = 1;
        }
        long known = spec.dataType().elementBytes();
        int open = -1;
        for (int axis = 0; axis < dimensions.length; axis++) {
            if (dimensions[axis] != Shape.VARIABLE) {
                known *= dimensions[axis];
            } else if (open >= 0) {
                throw InferenceException.invalid(
                        "body", "the shape " + Arrays.toString(dimensions) + " has more than one axis to guess");
            } else {
                open = axis;
            }
        }
        if (open >= 0) {
            dimensions[open] = known == 0 ? 0 : bytes / known;
        }
        return new Shape(dimensions);
    }
}
