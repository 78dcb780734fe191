package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is encoded decodes to the same bits, for every data type. */
class RoundTripTest {

    private static final long SEED = 5150;
    private static final int TENSORS = 400;

    private final Random random = new Random(SEED);
    private final RandomTensors tensors = new RandomTensors(random);
    private final TensorBuffers buffers = new TensorBuffers();

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FP16", "BF16"})
    void decodesToTheBitsThatWereEncoded(DataType type) {
        for (int i = 0; i < TENSORS; i++) {
            Shape shape = new Shape(1 + random.nextInt(8), random.nextInt(8));
            Tensor tensor = tensors.next("t", type, shape, false);
            String json = Decoding.json(tensor);
            ByteBuffer back =
                    Texts.read(json, cursor -> new TensorDataDecoder(cursor, buffers, "t", type, shape).decode());
            assertEquals(tensor.data(), back, () -> "seed " + SEED + ", " + type + shape + ": " + json);
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
