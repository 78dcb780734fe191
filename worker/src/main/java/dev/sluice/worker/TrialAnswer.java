package dev.sluice.worker;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a model says to inputs that mean nothing, as far as it says something about the model: types, sizes, and whether
 * numbers are numbers.
 *
 * @param outputs all that it has, in its own order
 * @thread any
 */
record TrialAnswer(Signature signature, List<Tensor> outputs) {

    private static final int FP16_NOT_FINITE = 0x7C00;
    private static final int BF16_NOT_FINITE = 0x7F80;

    /** What is not as the model declares it, if anything is. The size of an axis that it leaves open may be any. */
    Optional<String> undeclared() {
        for (int i = 0; i < outputs.size(); i++) {
            TensorSpec declared = signature.outputs().get(i);
            if (!isDeclared(outputs.get(i), declared)) {
                return Optional.of("its output is " + outputs.get(i) + ", and it declares " + declared);
            }
        }
        return Optional.empty();
    }

    private static boolean isDeclared(Tensor output, TensorSpec spec) {
        Shape shape = spec.shape();
        boolean unknown =
                shape.rank() == 0; // a scalar, or a file that says nothing: the engine does not tell them apart
        return output.dataType() == spec.dataType() && (unknown || shape.accepts(output.shape()));
    }

    /** Which element is not a finite number, if any is. */
    Optional<String> notFinite() {
        return outputs.stream().flatMap(output -> notFinite(output).stream()).findFirst();
    }

    private static Optional<String> notFinite(Tensor output) {
        ByteBuffer data = output.data();
        int size = Math.max(1, output.dataType().elementBytes());
        for (int at = data.position(); at < data.limit(); at += size) {
            if (!isFinite(output, data, at)) {
                return Optional.of("its output " + output + " is no finite number at " + (at - data.position()) / size);
            }
        }
        return Optional.empty();
    }

    private static boolean isFinite(Tensor output, ByteBuffer data, int at) {
        return switch (output.dataType()) {
            case FP64 -> Double.isFinite(data.getDouble(at));
            case FP32 -> Float.isFinite(data.getFloat(at));
            case FP16 -> (data.getShort(at) & FP16_NOT_FINITE) != FP16_NOT_FINITE;
            case BF16 -> (data.getShort(at) & BF16_NOT_FINITE) != BF16_NOT_FINITE;
            case BOOL, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BYTES -> true;
        };
    }
}
