package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Tensors of any bits that their type allows. */
public final class RandomTensors {

    private static final double[] NON_FINITE = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    private static final int MOST_ELEMENT_BYTES = 64;

    private final Random random;

    public RandomTensors(Random random) {
        this.random = random;
    }

    /** @param nonFinite whether some FP32 and FP64 are NaN and infinities */
    public Tensor next(String name, DataType type, Shape shape, boolean nonFinite) {
        int count = (int) shape.elementCount();
        ByteBuffer data = ByteBuffer.allocate(count * MOST_ELEMENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case BOOL -> data.put((byte) random.nextInt(2));
                case FP32 -> data.putFloat(nextFloat(nonFinite));
                case FP64 -> data.putDouble(nextDouble(nonFinite));
                case BYTES -> {
                    byte[] utf8 = nextText().getBytes(StandardCharsets.UTF_8);
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
        return new Tensor(name, type, shape, data.flip());
    }

    private float nextFloat(boolean nonFinite) {
        float value = Float.intBitsToFloat(random.nextInt());
        return Float.isFinite(value) && !isOneInFour(nonFinite) ? value : (float) special(nonFinite);
    }

    private double nextDouble(boolean nonFinite) {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) && !isOneInFour(nonFinite) ? value : special(nonFinite);
    }

    private boolean isOneInFour(boolean nonFinite) {
        return nonFinite && random.nextInt(4) == 0;
    }

    private double special(boolean nonFinite) {
        return nonFinite ? NON_FINITE[random.nextInt(NON_FINITE.length)] : -0.0;
    }

    /** Any characters, those that must be escaped among them. */
    String nextText() {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            int codePoint = random.nextBoolean() ? random.nextInt(0x80) : random.nextInt(Character.MAX_CODE_POINT + 1);
            text.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? '"' : codePoint);
        }
        return text.toString();
    }
}
