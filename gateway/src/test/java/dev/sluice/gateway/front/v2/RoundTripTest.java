package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is encoded decodes to the same bits, for every data type. */
class RoundTripTest {

    private static final long SEED = 5150;
    private static final int TENSORS = 400;

    private final Random random = new Random(SEED);
    private final TensorBuffers buffers = new TensorBuffers();

    private ByteBuffer elements(DataType type, int count) {
        ByteBuffer data = ByteBuffer.allocate(count * 64).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case BOOL -> data.put((byte) random.nextInt(2));
                case FP32 -> data.putFloat(finite(random.nextInt()));
                case FP64 -> data.putDouble(finite(random.nextLong()));
                case BYTES -> {
                    byte[] utf8 = randomText().getBytes(StandardCharsets.UTF_8);
                    data.putInt(utf8.length).put(utf8);
                }
                case FP16, BF16 -> data.putShort((short) random.nextInt());
                case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> {
                    for (int b = 0; b < type.elementBytes(); b++) {
                        data.put((byte) random.nextInt());
                    }
                }
            }
        }
        return data.flip();
    }

    private static float finite(int bits) {
        float value = Float.intBitsToFloat(bits);
        return Float.isFinite(value) ? value : -0f;
    }

    private static double finite(long bits) {
        double value = Double.longBitsToDouble(bits);
        return Double.isFinite(value) ? value : -0.0;
    }

    private String randomText() {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            int codePoint = random.nextBoolean() ? random.nextInt(0x80) : random.nextInt(Character.MAX_CODE_POINT + 1);
            text.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? '"' : codePoint);
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FP16", "BF16"})
    void decodesToTheBitsThatWereEncoded(DataType type) {
        for (int i = 0; i < TENSORS; i++) {
            Shape shape = new Shape(1 + random.nextInt(8), random.nextInt(8));
            ByteBuffer data = elements(type, (int) shape.elementCount());
            String json = Decoding.json(new Tensor("t", type, shape, data));
            ByteBuffer back =
                    Texts.read(json, cursor -> new TensorDataDecoder(cursor, buffers, "t", type, shape).decode());
            assertEquals(data, back, () -> "seed " + SEED + ", " + type + shape + ": " + json);
            buffers.giveBack(back);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FP16", "BF16"})
    void halfFloatsReadBackAsTheSameFp32(DataType type) {
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            short half = (short) bits;
            ByteBuffer data =
                    ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, half);
            float value = type == DataType.FP16 ? Float.float16ToFloat(half) : Float.intBitsToFloat(bits << 16);
            String expected = Float.isFinite(value) ? "[" + value + "]" : "[null]";
            String json = Decoding.json(new Tensor("t", type, new Shape(1), data));
            if (!expected.equals(json)) {
                throw new AssertionError(type + " " + Integer.toHexString(bits) + " became " + json);
            }
        }
    }
}
