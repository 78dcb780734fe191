package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Elements as objects, and as bytes of a tensor: for samples, never for requests.
 *
 * @thread any; holds nothing
 * @shape row-major, little-endian
 */
final class ElementMemory {

    /** From here on a number is nearest to infinity. */
    private static final double FP16_TOO_LARGE = 65_520;

    private ElementMemory() {}

    /**
     * What JSON has for elements, as a tensor of that type.
     *
     * @throws IllegalArgumentException when an element is not of that type, or lies outside of it
     */
    static ByteBuffer of(DataType type, List<? extends @Nullable Object> elements, String tensor) {
        for (Object element : elements) {
            if (!isOf(type, element)) {
                throw new IllegalArgumentException(
                        "the data of " + tensor + " has " + element + ", which is no " + type);
            }
        }
        if (type == DataType.BYTES) {
            return strings(elements);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(elements.size(), type.elementBytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Object element : elements) {
            if (element instanceof Boolean truth) {
                bytes.put((byte) (truth ? 1 : 0));
            } else if (element instanceof Number number) {
                put(type, number, bytes);
            }
        }
        return bytes.flip();
    }

    private static boolean isOf(DataType type, @Nullable Object element) {
        return switch (type) {
            case BOOL -> element instanceof Boolean;
            case BYTES -> element instanceof String;
            case UINT8, UINT16, UINT32, UINT64 ->
                whole(element)
                        .filter(value -> value.signum() >= 0 && value.bitLength() <= bits(type))
                        .isPresent();
            case INT8, INT16, INT32, INT64 ->
                whole(element).filter(value -> value.bitLength() < bits(type)).isPresent();
            case FP16 -> element instanceof Number number && Math.abs(number.doubleValue()) < FP16_TOO_LARGE;
            case BF16, FP32 -> element instanceof Number number && Float.isFinite(number.floatValue());
            case FP64 -> element instanceof Number number && Double.isFinite(number.doubleValue());
        };
    }

    private static int bits(DataType type) {
        return type.elementBytes() * Byte.SIZE;
    }

    /** Empty for what has a fraction or an exponent, as in a request. */
    private static Optional<BigInteger> whole(@Nullable Object element) {
        return switch (element) {
            case BigInteger large -> Optional.of(large);
            case Integer number -> Optional.of(BigInteger.valueOf(number));
            case Long number -> Optional.of(BigInteger.valueOf(number));
            case null, default -> Optional.empty();
        };
    }

    private static void put(DataType type, Number number, ByteBuffer bytes) {
        switch (type) {
            case UINT8, INT8 -> bytes.put(number.byteValue());
            case UINT16, INT16 -> bytes.putShort(number.shortValue());
            case UINT32, INT32 -> bytes.putInt(number.intValue());
            case UINT64, INT64 -> bytes.putLong(number.longValue());
            case FP16 -> bytes.putShort(Float.floatToFloat16(number.floatValue()));
            case BF16 -> bytes.putShort((short) (Float.floatToIntBits(number.floatValue()) >>> Short.SIZE));
            case FP32 -> bytes.putFloat(number.floatValue());
            case FP64 -> bytes.putDouble(number.doubleValue());
            case BOOL, BYTES -> throw new IllegalArgumentException(type + " is no number");
        }
    }

    private static ByteBuffer strings(List<? extends @Nullable Object> elements) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object element : elements) {
            byte[] text = String.valueOf(element).getBytes(StandardCharsets.UTF_8);
            byte[] length = ByteBuffer.allocate(DataType.LENGTH_PREFIX_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(text.length)
                    .array();
            bytes.writeBytes(length);
            bytes.writeBytes(text);
        }
        return ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Each element as a number or a text. */
    static List<Object> elements(Tensor tensor) {
        ByteBuffer bytes = tensor.data().slice().order(ByteOrder.LITTLE_ENDIAN);
        List<Object> elements = new ArrayList<>();
        while (bytes.hasRemaining()) {
            elements.add(next(tensor.dataType(), bytes));
        }
        return elements;
    }

    private static Object next(DataType type, ByteBuffer bytes) {
        return switch (type) {
            case BOOL -> bytes.get() != 0;
            case UINT8 -> Byte.toUnsignedInt(bytes.get());
            case INT8 -> bytes.get();
            case UINT16 -> Short.toUnsignedInt(bytes.getShort());
            case INT16 -> bytes.getShort();
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt());
            case INT32 -> bytes.getInt();
            case UINT64, INT64 -> bytes.getLong();
            case FP16 -> Float.float16ToFloat(bytes.getShort());
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
            case FP32 -> bytes.getFloat();
            case FP64 -> bytes.getDouble();
            case BYTES -> {
                byte[] text = new byte[bytes.getInt()];
                bytes.get(text);
                yield new String(text, StandardCharsets.UTF_8);
            }
        };
    }
}
