package dev.sluice.gateway.it;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The binary tensor data extension as a client speaks it, written independently of the code under test. */
final class BinaryWire {

    private static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private BinaryWire() {}

    /** Sends a JSON request with those of its inputs as raw bytes, and with raw outputs if so wished. */
    static Answer infer(
            RunningGateway gateway, String model, JsonObject request, IntPredicate rawInput, boolean rawOutputs) {
        JsonObject header = request.copy();
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        JsonArray inputs = header.getJsonArray("inputs");
        for (int i = 0; i < inputs.size(); i++) {
            if (rawInput.test(i)) {
                byte[] bytes = bytes(inputs.getJsonObject(i));
                inputs.getJsonObject(i).put("parameters", new JsonObject().put("binary_data_size", bytes.length));
                inputs.getJsonObject(i).remove("data");
                raw.writeBytes(bytes);
            }
        }
        header.put("parameters", new JsonObject().put("binary_data_output", rawOutputs));
        return send(gateway, model, header.encode().getBytes(StandardCharsets.UTF_8), raw.toByteArray());
    }

    static Answer send(RunningGateway gateway, String model, byte[] json, byte[] raw) {
        ByteBuffer body =
                ByteBuffer.allocate(json.length + raw.length).put(json).put(raw);
        HttpRequest request = gateway.request("/v2/models/" + model + "/infer")
                .header("Content-Type", "application/octet-stream")
                .header(JSON_LENGTH, Integer.toString(json.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.array()))
                .build();
        return answer(gateway.sendForBytes(request));
    }

    /** Puts the raw outputs back into the JSON, where any test can look at them. */
    static Answer answer(HttpResponse<byte[]> response) {
        byte[] body = response.body();
        int jsonLength = response.headers()
                .firstValue(JSON_LENGTH)
                .map(Integer::parseInt)
                .orElse(body.length);
        JsonObject json = new JsonObject(new String(body, 0, jsonLength, StandardCharsets.UTF_8));
        ByteBuffer raw =
                ByteBuffer.wrap(body, jsonLength, body.length - jsonLength).order(ByteOrder.LITTLE_ENDIAN);
        for (Object each : json.getJsonArray("outputs", new JsonArray())) {
            JsonObject output = (JsonObject) each;
            JsonObject parameters = output.getJsonObject("parameters");
            if (parameters != null) {
                ByteBuffer own = raw.slice(raw.position(), parameters.getInteger("binary_data_size"));
                raw.position(raw.position() + own.capacity());
                output.put("data", data(output.getString("datatype"), own.order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        if (raw.hasRemaining()) {
            throw new AssertionError(raw.remaining() + " bytes are left behind the outputs of " + json);
        }
        Map<String, String> headers = Answer.headers(response);
        return new Answer(response.statusCode(), headers, json.encode());
    }

    private static byte[] bytes(JsonObject tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object element : tensor.getJsonArray("data")) {
            out.writeBytes(element(tensor.getString("datatype"), element));
        }
        return out.toByteArray();
    }

    private static byte[] element(String datatype, Object value) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        switch (datatype) {
            case "BOOL" -> buffer.put((byte) ((boolean) value ? 1 : 0));
            case "INT8", "UINT8" -> buffer.put(((Number) value).byteValue());
            case "INT16", "UINT16" -> buffer.putShort(((Number) value).shortValue());
            case "INT32", "UINT32" -> buffer.putInt(((Number) value).intValue());
            case "INT64", "UINT64" -> buffer.putLong(((Number) value).longValue());
            case "FP16" -> buffer.putShort(Float.floatToFloat16(((Number) value).floatValue()));
            case "BF16" ->
                buffer.putShort((short) (Float.floatToRawIntBits(((Number) value).floatValue()) >>> Short.SIZE));
            case "FP32" -> buffer.putFloat(((Number) value).floatValue());
            case "FP64" -> buffer.putDouble(((Number) value).doubleValue());
            case "BYTES" -> {
                byte[] utf8 = ((String) value).getBytes(StandardCharsets.UTF_8);
                buffer = ByteBuffer.allocate(Integer.BYTES + utf8.length).order(ByteOrder.LITTLE_ENDIAN);
                buffer.putInt(utf8.length).put(utf8);
            }
            default -> throw new AssertionError(datatype.toLowerCase(Locale.ROOT));
        }
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static JsonArray data(String datatype, ByteBuffer raw) {
        JsonArray data = new JsonArray();
        while (raw.hasRemaining()) {
            data.add(
                    switch (datatype) {
                        case "BOOL" -> raw.get() != 0;
                        case "INT8" -> (int) raw.get();
                        case "UINT8" -> raw.get() & 0xFF;
                        case "INT16" -> (int) raw.getShort();
                        case "UINT16" -> raw.getShort() & 0xFFFF;
                        case "INT32" -> raw.getInt();
                        case "UINT32" -> raw.getInt() & 0xFFFF_FFFFL;
                        case "INT64" -> raw.getLong();
                        case "UINT64" -> new BigInteger(Long.toUnsignedString(raw.getLong()));
                        case "FP16" -> finite(Float.float16ToFloat(raw.getShort()));
                        case "BF16" -> finite(Float.intBitsToFloat(raw.getShort() << Short.SIZE));
                        case "FP32" -> finite(raw.getFloat());
                        case "FP64" -> {
                            double value = raw.getDouble();
                            yield finite(value, value);
                        }
                        case "BYTES" -> string(raw);
                        default -> throw new AssertionError(datatype);
                    });
        }
        return data;
    }

    /** As JSON has it: what is not finite is null. */
    private static @Nullable Object finite(double value, Object number) {
        return Double.isFinite(value) ? number : null;
    }

    private static @Nullable Object finite(float value) {
        return finite(value, value);
    }

    private static String string(ByteBuffer raw) {
        byte[] utf8 = new byte[raw.getInt()];
        raw.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
