package dev.sluice.loadtest.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InferCallsTest {

    private static ModelInfo model(String datatype) {
        return ModelInfo.of(new JsonObject("""
                {"name": "m", "inputs": [{"name": "a", "datatype": "%s", "shape": [-1, 2, 3]},
                                         {"name": "b", "datatype": "INT64", "shape": [-1]}]}""".formatted(datatype)));
    }

    @Test
    void jsonHasOneRowOfEveryInputAndTheParameters() {
        InferCall call = new InferCalls(model("FP32"), 100_000, 2).json();
        JsonObject body = new JsonObject(call.body());
        assertEquals("/v2/models/m/infer", call.path());
        assertEquals("application/json", call.headers().get("content-type"));
        assertEquals(100_000, body.getJsonObject("parameters").getInteger("timeout"));
        assertEquals(2, body.getJsonObject("parameters").getInteger("priority"));
        JsonObject first = body.getJsonArray("inputs").getJsonObject(0);
        assertEquals(new JsonArray(List.of(1, 2, 3)), first.getJsonArray("shape"));
        assertEquals(6, first.getJsonArray("data").size());
        assertTrue(first.getJsonArray("data").stream().distinct().count() > 3);
        assertEquals(
                new JsonArray(List.of(1)),
                body.getJsonArray("inputs").getJsonObject(1).getJsonArray("shape"));
    }

    @ParameterizedTest
    @CsvSource({"FP32, 24", "FP64, 48", "BOOL, 6", "INT8, 6", "UINT16, 12", "INT32, 24", "UINT64, 48"})
    void binaryHasAsManyBytesAsItSays(String datatype, int bytes) {
        InferCall call = new InferCalls(model(datatype), 0, 0).binary();
        int jsonBytes = Integer.parseInt(String.valueOf(call.headers().get("inference-header-content-length")));
        JsonObject json = new JsonObject(call.body().getString(0, jsonBytes));
        assertEquals(bytes, size(json, 0));
        assertEquals(8, size(json, 1));
        assertEquals(jsonBytes + bytes + 8, call.body().length());
        assertEquals(true, json.getJsonObject("parameters").getBoolean("binary_data_output"));
        assertFalse(json.getJsonObject("parameters").containsKey("timeout"));
    }

    private static int size(JsonObject json, int input) {
        return json.getJsonArray("inputs")
                .getJsonObject(input)
                .getJsonObject("parameters")
                .getInteger("binary_data_size");
    }

    @Test
    void whatNoValuesAreMadeForIsNamed() {
        InferCalls calls = new InferCalls(model("BYTES"), 0, 0);
        assertTrue(refused(calls::json).contains("input a of type BYTES"));
        assertTrue(refused(calls::binary).contains("--payload FILE"));
    }

    private static String refused(Executable attempt) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, attempt).getMessage());
    }
}
