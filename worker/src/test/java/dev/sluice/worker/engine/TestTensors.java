package dev.sluice.worker.engine;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tensors in direct buffers, as a front would decode them, and their values.
 *
 * @thread any
 */
final class TestTensors {

    private TestTensors() {}

    static Tensor floats(String name, Shape shape, float... values) {
        ByteBuffer data = memory(values.length * Float.BYTES);
        for (float value : values) {
            data.putFloat(value);
        }
        return new Tensor(name, DataType.FP32, shape, data.flip());
    }

    static Tensor longs(String name, DataType type, Shape shape, long... values) {
        ByteBuffer data = memory(values.length * Long.BYTES);
        for (long value : values) {
            data.putLong(value);
        }
        return new Tensor(name, type, shape, data.flip());
    }

    static Tensor strings(String name, Shape shape, String... values) {
        byte[][] elements = Arrays.stream(values)
                .map(value -> value.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        return bytes(name, shape, elements);
    }

    static Tensor bytes(String name, Shape shape, byte[]... elements) {
        return new Tensor(name, DataType.BYTES, shape, ByteStrings.join(Arrays.asList(elements)));
    }

    static ByteBuffer memory(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static float[] floats(Tensor tensor) {
        float[] values = new float[tensor.byteCount() / Float.BYTES];
        tensor.data().slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    static long[] longs(Tensor tensor) {
        long[] values = new long[tensor.byteCount() / Long.BYTES];
        tensor.data().slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }
}
