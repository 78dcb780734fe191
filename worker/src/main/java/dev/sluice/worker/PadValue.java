package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an operator wrote for padding, as an element of a tensor.
 *
 * @thread any; holds nothing
 */
final class PadValue {

    private PadValue() {}

    /** The bytes of that element, or nothing where the text is no value of the type. */
    static Optional<byte[]> parse(DataType type, String text) {
        ByteBuffer element = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            switch (type) {
                case FP16 -> element.putShort(Float.floatToFloat16(Float.parseFloat(text)));
                case BF16 -> element.putShort((short) (Float.floatToRawIntBits(Float.parseFloat(text)) >>> Short.SIZE));
                case FP32 -> element.putFloat(Float.parseFloat(text));
                case FP64 -> element.putDouble(Double.parseDouble(text));
                case BOOL -> element.put((byte) wholeNumber(text, 0, 1));
                case UINT8, UINT16, UINT32, UINT64 ->
                    element.putLong(wholeNumber(text, 0, Byte.SIZE * type.elementBytes()));
                case INT8, INT16, INT32, INT64 ->
                    element.putLong(wholeNumber(text, 1, Byte.SIZE * type.elementBytes() - 1));
                case BYTES -> {
                    return Optional.empty();
                }
            }
            return Optional.of(Arrays.copyOf(element.array(), type.elementBytes()));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    /** @param signs 1 if it may be negative */
    private static long wholeNumber(String text, int signs, int bits) {
        BigInteger number = new BigInteger(text);
        if (number.bitLength() > bits || (signs == 0 && number.signum() < 0)) {
            throw new NumberFormatException("out of range");
        }
        return number.longValue();
    }
}
