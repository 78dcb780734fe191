package dev.sluice.worker.fake;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small tensors for tests, and what stands in them. */
public final class Tensors {

    private Tensors() {}

    public static Tensor ofLongs(String name, Shape shape, long... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(data::putLong);
        return new Tensor(name, DataType.INT64, shape, data.flip());
    }

    public static Tensor ofStrings(String name, Shape shape, String... values) {
        List<byte[]> all = Arrays.stream(values)
                .map(value -> value.getBytes(StandardCharsets.UTF_8))
                .toList();
        int size = all.stream()
                .mapToInt(utf8 -> DataType.LENGTH_PREFIX_BYTES + utf8.length)
                .sum();
        ByteBuffer data = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        all.forEach(utf8 -> data.putInt(utf8.length).put(utf8));
        return new Tensor(name, DataType.BYTES, shape, data.flip());
    }

    /** The same elements in memory of its own. */
    public static Tensor copyOf(Tensor tensor) {
        ByteBuffer copy = ByteBuffer.allocate(tensor.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(0, tensor.data(), tensor.data().position(), tensor.byteCount());
        return new Tensor(tensor.name(), tensor.dataType(), tensor.shape(), copy);
    }

    /** The elements in order, as in {@code [1, 2]}; of INT64 and BYTES tensors only. */
    public static String text(Tensor tensor) {
        List<String> elements = new ArrayList<>();
        ByteBuffer data = tensor.data();
        for (int at = data.position(); at < data.limit(); ) {
            if (tensor.dataType() == DataType.INT64) {
                elements.add(Long.toString(data.getLong(at)));
                at += Long.BYTES;
            } else {
                byte[] utf8 = new byte[data.getInt(at)];
                data.get(at + DataType.LENGTH_PREFIX_BYTES, utf8);
                elements.add(new String(utf8, StandardCharsets.UTF_8));
                at += DataType.LENGTH_PREFIX_BYTES + utf8.length;
            }
        }
        return elements.toString();
    }
}
