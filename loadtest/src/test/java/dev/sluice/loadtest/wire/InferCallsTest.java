package dev.sluice.loadtest.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.vertx.core.buffer.Buffer;
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
        assertEquals(jsonBytes, call.jsonBytes());
        assertEquals(jsonBytes + bytes + 8, call.body().length());
        assertEquals(true, json.getJsonObject("parameters").getBoolean("binary_data_output"));
        assertFalse(json.getJsonObject("parameters").containsKey("timeout"));
    }

    /** Read with another implementation than it was written with: the fields by their numbers. */
    @Test
    void grpcHasTheSameNumbersBehindFiveBytes() throws InvalidProtocolBufferException {
        InferCalls calls = new InferCalls(model("FP32"), 100_000, 0);
        Buffer body = calls.grpc().body();
        assertEquals(0, body.getByte(0));
        assertEquals(body.length() - 5, body.getInt(1));
        UnknownFieldSet message = UnknownFieldSet.parseFrom(body.getBytes(5, body.length()));
        assertEquals(
                "m", message.getField(1).getLengthDelimitedList().getFirst().toStringUtf8());
        assertEquals(1, message.getField(4).getLengthDelimitedList().size(), "a timeout and no priority");
        assertTrue(message.getField(4)
                .getLengthDelimitedList()
                .getFirst()
                .toStringUtf8()
                .contains("timeout"));
        UnknownFieldSet tensor = UnknownFieldSet.parseFrom(
                message.getField(5).getLengthDelimitedList().getFirst());
        assertEquals(
                "FP32", tensor.getField(2).getLengthDelimitedList().getFirst().toStringUtf8());
        assertEquals(List.of(1L, 2L, 3L), tensor.getField(3).getVarintList());
        List<ByteString> raw = message.getField(7).getLengthDelimitedList();
        InferCall binary = calls.binary();
        assertEquals(
                binary.body().slice(binary.jsonBytes(), binary.body().length()),
                Buffer.buffer(raw.get(0).concat(raw.get(1)).toByteArray()));
    }

    @Test
    void aStreamsMessagesSayTheSameUnderIdsOfTheirOwn() {
        InferCalls calls = new InferCalls(model("FP32"), 100_000, 0);
        InferCall text = calls.streamed(calls.verbatim(Buffer.buffer("{\"id\": \"theirs\", \"inputs\": []}")));
        assertEquals("/v2/models/m/stream", text.path());
        StreamMessages messages = new StreamMessages(text);
        assertTrue(messages.isText());
        assertEquals(
                new JsonObject().put("id", "000000ff").put("inputs", new JsonArray()),
                new JsonObject(messages.text(255)));

        InferCall http = calls.binary();
        StreamMessages binary = new StreamMessages(calls.streamed(http));
        assertFalse(binary.isText());
        Buffer message = binary.binary(-1);
        JsonObject json = StreamMessages.json(message);
        assertEquals(-1, StreamMessages.id(json));
        json.remove("id");
        assertEquals(new JsonObject(http.body().getBuffer(0, http.jsonBytes())), json);
        assertEquals(
                http.body().slice(http.jsonBytes(), http.body().length()),
                message.slice(4 + message.getIntLE(0), message.length()));
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
