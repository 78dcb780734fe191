package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Inputs for a model of which nobody has said what it is asked; optional ones are left out.
 *
 * @thread any; holds nothing
 */
final class TrialRows {

    private static final long SEED = 1;
    private static final int BF16_SHIFT = 16;

    private TrialRows() {}

    /** Whether all sizes are known beyond the rows. */
    static boolean areKnown(Signature signature) {
        return signature.inputs().stream().allMatch(input -> input.optional() || isKnown(signature, input));
    }

    private static boolean isKnown(Signature signature, TensorSpec input) {
        for (int axis = signature.batched() ? 1 : 0; axis < input.shape().rank(); axis++) {
            if (input.shape().dimension(axis) < 0) {
                return false;
            }
        }
        return true;
    }

    /** All of them 0. As BYTES those are empty strings, each no more than its length prefix. */
    static List<Tensor> zeros(Signature signature, int rows) {
        List<Tensor> zeros = new ArrayList<>();
        for (TensorSpec input : signature.inputs()) {
            if (!input.optional()) {
                Shape shape = signature.batched() ? input.shape().withRows(rows) : input.shape();
                int elementBytes = input.dataType().isVariableSize()
                        ? DataType.LENGTH_PREFIX_BYTES
                        : input.dataType().elementBytes();
                int bytes = Math.toIntExact(Math.multiplyExact(shape.elementCount(), elementBytes));
                ByteBuffer data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
                zeros.add(new Tensor(input.name(), input.dataType(), shape, data));
            }
        }
        return zeros;
    }

    /** One row of numbers between 0 and 1, the same each time; whole ones are 0 or 1, and strings empty. */
    static List<Tensor> numbers(Signature signature) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Tensor> rows = zeros(signature, 1);
        for (Tensor row : rows) {
            int size = row.dataType().elementBytes();
            for (int at = 0; size > 0 && at < row.byteCount(); at += size) {
                put(row.dataType(), random, row.data(), at);
            }
        }
        return rows;
    }

    private static void put(DataType type, SplittableRandom random, ByteBuffer data, int at) {
        switch (type) {
            case FP64 -> data.putDouble(at, random.nextDouble());
            case FP32 -> data.putFloat(at, (float) random.nextDouble());
            case FP16 -> data.putShort(at, Float.floatToFloat16((float) random.nextDouble()));
            case BF16 ->
                data.putShort(at, (short) (Float.floatToRawIntBits((float) random.nextDouble()) >>> BF16_SHIFT));
            case BOOL, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 ->
                data.put(at, (byte) random.nextInt(2)); // the lowest byte comes first
            case BYTES -> {} // empty
        }
    }
}
