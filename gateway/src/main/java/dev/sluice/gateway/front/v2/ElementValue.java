package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * One element of a tensor as a number that can be compared.
 *
 * @thread stateless
 * @errors IllegalArgumentException for strings
 */
final class ElementValue {

    private ElementValue() {}

    static double of(Tensor tensor, int element) {
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

    private static double unsigned(long bits) {
        return bits >= 0 ? (double) bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
    }
}
