package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * One element of a tensor as a number that can be compared.
 *
 * @thread stateless
 * @errors IllegalArgumentException for strings
 */
public final class ElementValue {

    private ElementValue() {}

    public static double of(Tensor tensor, int element) {
        ByteBuffer data = tensor.data();
        int at = data.position() + element * tensor.dataType().elementBytes();
        return switch (tensor.dataType()) {
            case BOOL, INT8 -> data.get(at);
            case UINT8 -> data.get(at) & 0xFF;
            case INT16 -> data.getShort(at);
            case UINT16 -> data.getShort(at) & 0xFFFF;
            case INT32 -> data.getInt(at);
            case UINT32 -> data.getInt(at) & 0xFFFF_FFFFL;
            case INT64 -> (double) data.getLong(at);
            case UINT64 -> unsigned(data.getLong(at));
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case BF16 -> Float.intBitsToFloat(data.getShort(at) << 16);
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case BYTES -> throw new IllegalArgumentException("strings have no value");
        };
    }

    /**
     * Compares two elements: 64-bit integers to the last bit, which a double does not hold; zeros of both signs as
     * equals; and NaN as lower than all numbers, for it is nobody's best guess.
     */
    static int compare(Tensor tensor, int left, int right) {
        ByteBuffer data = tensor.data();
        int start = data.position();
        return switch (tensor.dataType()) {
            case INT64 ->
                Long.compare(data.getLong(start + left * Long.BYTES), data.getLong(start + right * Long.BYTES));
            case UINT64 ->
                Long.compareUnsigned(data.getLong(start + left * Long.BYTES), data.getLong(start + right * Long.BYTES));
            default -> compare(of(tensor, left), of(tensor, right));
        };
    }

    private static int compare(double left, double right) {
        if (Double.isNaN(left) || Double.isNaN(right)) {
            return Boolean.compare(Double.isNaN(right), Double.isNaN(left));
        }
        return left < right ? -1 : left > right ? 1 : 0;
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? (double) bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
    }
}
