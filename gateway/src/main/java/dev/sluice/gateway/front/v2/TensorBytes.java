package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.nio.ByteBuffer;

/**
 * Checks the raw bytes of a tensor that a client sent, whatever they came in.
 *
 * @thread stateless
 * @bound no copy; each byte is looked at only where its type has values that are none (BOOL, BYTES)
 * @errors InvalidRequest when there are too few bytes, too many, or not as many as the shape says
 */
public final class TensorBytes {

    private TensorBytes() {}

    /** Whether they are so many elements of that type as the shape says. */
    public static void check(String field, ByteBuffer data, DataType dataType, Shape shape) {
        long elements = ElementCount.of(field, shape);
        switch (dataType) {
            case BYTES -> checkStrings(field, data, elements);
            case BOOL -> {
                checkSize(field, data, elements, shape);
                checkBooleans(field, data);
            }
            default -> checkSize(field, data, elements * dataType.elementBytes(), shape);
        }
    }

    private static void checkSize(String field, ByteBuffer data, long needed, Shape shape) {
        if (data.remaining() != needed) {
            throw InferenceException.invalid(
                    field, "the shape " + shape + " needs " + needed + " bytes, and there are " + data.remaining());
        }
    }

    private static void checkBooleans(String field, ByteBuffer data) {
        for (int i = 0; i < data.limit(); i++) {
            if ((data.get(i) & ~1) != 0) {
                throw InferenceException.invalid(
                        field + "[" + i + "]", "a BOOL is the byte 0 or 1, and this is " + (data.get(i) & 0xFF));
            }
        }
    }

    private static void checkStrings(String field, ByteBuffer data, long elements) {
        int at = 0;
        long found = 0;
        while (at < data.limit() && found < elements) {
            int left = data.limit() - at - DataType.LENGTH_PREFIX_BYTES;
            int length = left < 0 ? -1 : data.getInt(at);
            if (length < 0 || length > left) {
                throw InferenceException.invalid(
                        field + "[" + found + "]", "its length prefix does not fit the bytes that are left");
            }
            at += DataType.LENGTH_PREFIX_BYTES + length;
            found++;
        }
        if (found != elements || at != data.limit()) {
            throw InferenceException.invalid(
                    field, "the shape needs " + elements + " strings, and the bytes hold another number");
        }
    }
}
