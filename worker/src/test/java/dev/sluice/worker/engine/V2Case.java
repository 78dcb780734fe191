package dev.sluice.worker.engine;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * A test vector: the inputs of one request and the outputs expected.
 *
 * @source shared/data/README.md, "Test vectors"
 */
record V2Case(List<Tensor> inputs, List<Expected> outputs) {

    /** @param tolerance how far each element may be off; nothing means not at all */
    record Expected(Tensor tensor, Tolerance tolerance) {}

    record Tolerance(double relative, double absolute) {
        boolean accepts(double expected, double got) {
            return Double.compare(expected, got) == 0
                    || Math.abs(got - expected) <= absolute + relative * Math.abs(expected);
        }
    }

    static V2Case read(Path file) throws IOException {
        JsonObject json = new JsonObject(Files.readString(file));
        return new V2Case(
                objects(json.getJsonObject("request").getJsonArray("inputs"))
                        .map(V2Case::tensor)
                        .toList(),
                objects(json.getJsonObject("expected").getJsonArray("outputs"))
                        .map(V2Case::expected)
                        .toList());
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast);
    }

    private static Expected expected(JsonObject json) {
        Tolerance tolerance = new Tolerance(json.getDouble("rtol", 0.0), json.getDouble("atol", 0.0));
        return new Expected(tensor(json), tolerance);
    }

    private static Tensor tensor(JsonObject json) {
        DataType type = DataType.valueOf(json.getString("datatype"));
        long[] dimensions = json.getJsonArray("shape").stream()
                .mapToLong(dimension -> ((Number) dimension).longValue())
                .toArray();
        String base64 = json.getString("data_base64");
        ByteBuffer data = base64 == null
                ? elements(type, json.getJsonArray("data"))
                : ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        return new Tensor(json.getString("name"), type, new Shape(dimensions), OnnxTensors.direct(data));
    }

    private static ByteBuffer elements(DataType type, JsonArray values) {
        if (type == DataType.BYTES) {
            return ByteStrings.encode(values.stream().toArray());
        }
        ByteBuffer data = TestTensors.memory(values.size() * type.elementBytes());
        for (Object value : values) {
            put(type, value, data);
        }
        return data.flip();
    }

    private static void put(DataType type, Object value, ByteBuffer data) {
        switch (type) {
            case BOOL -> data.put((byte) (value.equals(true) ? 1 : 0));
            case UINT8, INT8 -> data.put(number(value).byteValue());
            case UINT16, INT16 -> data.putShort(number(value).shortValue());
            case UINT32, INT32 -> data.putInt((int) number(value).longValue());
            case UINT64, INT64 -> data.putLong(number(value).longValue());
            case FP32 -> data.putFloat(number(value).floatValue());
            case FP64 -> data.putDouble(number(value).doubleValue());
            case FP16, BF16, BYTES -> throw new IllegalArgumentException(type + " has no JSON numbers");
        }
    }

    private static Number number(Object value) {
        return value instanceof Number number ? number : Double.valueOf(value.toString());
    }

    /** Element {@code index} as a number, for the types that have a tolerance. */
    static double element(Tensor tensor, int index) {
        ByteBuffer data = tensor.data().slice().order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.dataType()) {
            case FP16 -> Float.float16ToFloat(data.getShort(index * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(data.getShort(index * Short.BYTES) << 16);
            case FP32 -> data.getFloat(index * Float.BYTES);
            case FP64 -> data.getDouble(index * Double.BYTES);
            default -> throw new IllegalArgumentException(tensor + " is exact");
        };
    }
}
