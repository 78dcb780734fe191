package dev.sluice.worker.detection;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * Elements of a tensor as numbers.
 *
 * @thread any; holds nothing
 */
public final class Numbers {

    private Numbers() {}

    /** Whether elements of that type are read. */
    public static boolean reads(DataType type) {
        return switch (type) {
            case BOOL, UINT8, UINT16, UINT32, INT8, INT16, INT32, INT64, FP16, FP32, FP64 -> true;
            case UINT64, BF16, BYTES -> false;
        };
    }

    /** @param element its place, row by row */
    public static double at(Tensor tensor, int element) {
        ByteBuffer data = tensor.data();
        int at = data.position() + element * tensor.dataType().elementBytes();
        return switch (tensor.dataType()) {
            case BOOL, UINT8 -> Byte.toUnsignedInt(data.get(at));
            case UINT16 -> Short.toUnsignedInt(data.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case INT8 -> data.get(at);
            case INT16 -> data.getShort(at);
            case INT32 -> data.getInt(at);
            case INT64 -> data.getLong(at);
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case UINT64, BF16, BYTES -> throw new IllegalArgumentException(tensor + " is not read as numbers");
        };
    }
}
