package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * Writes the elements of a tensor as a flat JSON array.
 *
 * <p>Floats are written in the shortest form that reads back to the same value of their own type. JSON has no NaN and
 * no infinity; they become {@code null}, or by {@link JsonOptions} the bare word. FP16 and BF16 are widened to FP32
 * first, which is exact.
 *
 * @thread stateless
 * @bound no allocation beside the output's, except for strings of a tensor without an array
 */
final class TensorDataEncoder {

    private TensorDataEncoder() {}

    static void encode(Tensor tensor, JsonOutput out) {
        out.raw('[');
        if (tensor.dataType() == DataType.FP32) {
            out.numbers(tensor.data());
        } else {
            encodeElements(tensor, out);
        }
        out.raw(']');
    }

    private static void encodeElements(Tensor tensor, JsonOutput out) {
        ByteBuffer data = tensor.data();
        int end = data.limit();
        for (int at = data.position(); at < end; ) {
            if (at > data.position()) {
                out.raw(',');
            }
            at = encodeElement(tensor.dataType(), data, at, out);
        }
    }

    /** Writes the element at that index and returns the index behind it. */
    static int encodeElement(DataType type, ByteBuffer data, int at, JsonOutput out) {
        switch (type) {
            case BOOL -> out.raw(data.get(at) == 0 ? "false" : "true");
            case UINT8 -> out.number(data.get(at) & 0xFF);
            case UINT16 -> out.number(data.getShort(at) & 0xFFFF);
            case UINT32 -> out.number(data.getInt(at) & 0xFFFF_FFFFL);
            case UINT64 -> out.unsigned(data.getLong(at));
            case INT8 -> out.number(data.get(at));
            case INT16 -> out.number(data.getShort(at));
            case INT32 -> out.number(data.getInt(at));
            case INT64 -> out.number(data.getLong(at));
            case FP16 -> out.number(Float.float16ToFloat(data.getShort(at)));
            case BF16 -> out.number(Float.intBitsToFloat(data.getShort(at) << 16));
            case FP32 -> out.number(data.getFloat(at));
            case FP64 -> out.number(data.getDouble(at));
            case BYTES -> {
                return encodeString(data, at, out);
            }
        }
        return at + type.elementBytes();
    }

    private static int encodeString(ByteBuffer data, int at, JsonOutput out) {
        int count = data.getInt(at);
        int from = at + DataType.LENGTH_PREFIX_BYTES;
        if (data.hasArray()) {
            int start = data.arrayOffset() + from;
            out.utf8(data.array(), start, start + count);
        } else {
            byte[] utf8 = new byte[count];
            data.get(from, utf8);
            out.utf8(utf8, 0, count);
        }
        return from + count;
    }
}
