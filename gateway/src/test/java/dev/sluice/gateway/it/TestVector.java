package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;

/** One recorded request to a real model and the answer that it must get, as in shared/data/README.md. */
record TestVector(String model, String name, JsonObject request, JsonArray expected) {

    private static final Set<String> HALF_PRECISION = Set.of("FP16", "BF16");
    private static final Set<String> SINGLE_OR_LESS = Set.of("FP32", "FP16", "BF16");

    static TestVector read(Path file) throws IOException {
        JsonObject json = new JsonObject(Files.readString(file));
        JsonObject request = json.getJsonObject("request");
        request.getJsonArray("inputs").forEach(input -> expand((JsonObject) input));
        JsonArray expected = json.getJsonObject("expected").getJsonArray("outputs");
        expected.forEach(output -> expand((JsonObject) output));
        String name = file.getFileName().toString().replace(".json", "");
        return new TestVector(json.getString("case"), name, request, expected);
    }

    /** Little-endian bytes become numbers. */
    private static void expand(JsonObject tensor) {
        String base64 = tensor.getString("data_base64");
        if (base64 == null) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        JsonArray data = new JsonArray();
        while (bytes.hasRemaining()) {
            data.add(
                    switch (tensor.getString("datatype")) {
                        case "FP32" -> bytes.getFloat();
                        case "FP16" -> Float.float16ToFloat(bytes.getShort());
                        case "BF16" -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
                        default -> throw new AssertionError("unexpected in base64: " + tensor.getString("name"));
                    });
        }
        tensor.remove("data_base64");
        tensor.put("data", data);
    }

    /** Whether an input's datatype is one that the protocol does not let into JSON; as outputs, we write them. */
    boolean takesHalfPrecision() {
        return request.getJsonArray("inputs").stream()
                .map(input -> ((JsonObject) input).getString("datatype"))
                .anyMatch(HALF_PRECISION::contains);
    }

    String body() {
        return request.encode();
    }

    void check(Answer answer) {
        JsonArray outputs = answer.outputs();
        JsonObject json = answer.json();
        assertEquals(request.getString("id"), json.getString("id"));
        assertEquals(model, json.getString("model_name"));
        assertEquals("1", json.getString("model_version"));
        for (int i = 0; i < expected.size(); i++) {
            JsonObject wanted = expected.getJsonObject(i);
            checkOutput(wanted, find(wanted.getString("name"), outputs));
        }
    }

    private static JsonObject find(String name, JsonArray outputs) {
        return outputs.stream()
                .map(JsonObject.class::cast)
                .filter(output -> output.getString("name").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no output \"" + name + "\" in " + outputs));
    }

    private static void checkOutput(JsonObject wanted, JsonObject got) {
        String name = wanted.getString("name");
        assertEquals(wanted.getString("datatype"), got.getString("datatype"), name);
        assertEquals(wanted.getJsonArray("shape"), got.getJsonArray("shape"), name);
        JsonArray wantedData = wanted.getJsonArray("data");
        JsonArray gotData = got.getJsonArray("data");
        assertEquals(wantedData.size(), gotData.size(), name);
        boolean single = SINGLE_OR_LESS.contains(wanted.getString("datatype"));
        for (int i = 0; i < wantedData.size(); i++) {
            Object expected = wantedData.getValue(i);
            Object actual = gotData.getValue(i);
            String place = name + "[" + i + "]: expected " + expected + " and got " + actual;
            if (expected instanceof Number a && actual instanceof Number b) {
                assertTrue(isClose(a, b, wanted, single), place);
            } else if (expected instanceof Float number && !Float.isFinite(number)) {
                assertNull(actual, place); // JSON has no NaN and no infinity
            } else {
                assertEquals(expected, actual, place);
            }
        }
    }

    private static boolean isClose(Number expected, Number actual, JsonObject spec, boolean single) {
        double rtol = spec.getDouble("rtol");
        double atol = spec.getDouble("atol");
        if (rtol == 0 && atol == 0) {
            return single
                    ? expected.floatValue() == actual.floatValue()
                    : new BigDecimal(expected.toString()).compareTo(new BigDecimal(actual.toString())) == 0;
        }
        double difference = Math.abs(actual.doubleValue() - expected.doubleValue());
        return difference <= atol + rtol * Math.abs(expected.doubleValue());
    }
}
