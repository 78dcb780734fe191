package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Raw tensors: their quirks, their refusals, raw bodies and classifications, on the demo model. */
class BinaryIT {

    private static final int IMAGE_BYTES = 28 * 28 * Float.BYTES;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.DEMO_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static JsonObject image(int binaryBytes) {
        return new JsonObject()
                .put("name", "image")
                .put("datatype", "FP32")
                .put("shape", new JsonArray().add(1).add(1).add(28).add(28))
                .put("parameters", new JsonObject().put("binary_data_size", binaryBytes));
    }

    private static JsonObject request(JsonObject... inputs) {
        return new JsonObject()
                .put(
                        "inputs",
                        new JsonArray(Stream.of(inputs).map(Object.class::cast).toList()));
    }

    private static byte[] pixels(int digit) throws IOException {
        String body = Files.readString(Places.DEMO_DIGITS.resolve(digit + ".json"));
        JsonArray data =
                new JsonObject(body).getJsonArray("inputs").getJsonObject(0).getJsonArray("data");
        ByteBuffer raw = ByteBuffer.allocate(IMAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.forEach(value -> raw.putFloat(((Number) value).floatValue()));
        return raw.array();
    }

    private static Answer send(JsonObject request, byte[] raw) {
        return BinaryWire.send(gateway, "digits", request.encode().getBytes(StandardCharsets.UTF_8), raw);
    }

    @Test
    void aListedOutputWithoutBinaryDataIsJsonWhateverTheRequestSays() throws IOException {
        JsonObject request = request(image(IMAGE_BYTES))
                .put("outputs", new JsonArray().add(new JsonObject().put("name", "probabilities")))
                .put("parameters", new JsonObject().put("binary_data_output", true));
        Answer answer = send(request, pixels(7));
        assertNull(answer.outputs().getJsonObject(0).getJsonObject("parameters"), answer.body());
        assertNull(answer.header("inference-header-content-length"));
        assertEquals("application/json", answer.header("content-type"));
    }

    @Test
    void aListedOutputWithBinaryDataIsRaw() throws IOException {
        JsonObject wanted = new JsonObject()
                .put("name", "probabilities")
                .put("parameters", new JsonObject().put("binary_data", true));
        Answer answer = send(request(image(IMAGE_BYTES)).put("outputs", new JsonArray().add(wanted)), pixels(3));
        assertEquals("application/octet-stream", answer.header("content-type"));
        assertEquals(3, Digits.mostLikely(answer.data(), 0));
    }

    @Test
    void aBodyWithoutJsonIsTheOneInput() throws IOException {
        HttpRequest request = gateway.request("/v2/models/digits/infer")
                .header("Inference-Header-Content-Length", "0")
                .POST(HttpRequest.BodyPublishers.ofByteArray(pixels(5)))
                .build();
        assertEquals(
                5,
                Digits.mostLikely(
                        BinaryWire.answer(gateway.sendForBytes(request)).data(), 0));
    }

    @Test
    void classifiesWithLabels() throws IOException {
        JsonObject wanted = new JsonObject()
                .put("name", "probabilities")
                .put("parameters", new JsonObject().put("classification", 2));
        Answer answer = send(request(image(IMAGE_BYTES)).put("outputs", new JsonArray().add(wanted)), pixels(7));
        JsonObject output = answer.outputs().getJsonObject(0);
        assertEquals("BYTES", output.getString("datatype"));
        assertEquals(new JsonArray().add(1).add(2), output.getJsonArray("shape"));
        assertTrue(output.getJsonArray("data").getString(0).matches("0\\.9\\d{5}:7:7"), output.encode());
    }

    static Stream<Arguments> misfits() {
        JsonArray zeros =
                new JsonArray(Stream.generate(() -> (Object) 0).limit(28 * 28).toList());
        JsonObject withData = image(IMAGE_BYTES).put("data", zeros);
        return Stream.of(
                Arguments.of(request(image(IMAGE_BYTES)), IMAGE_BYTES - 1, "inputs[0].parameters.binary_data_size"),
                Arguments.of(request(image(IMAGE_BYTES)), IMAGE_BYTES + 1, "1 bytes follow the last tensor"),
                Arguments.of(request(image(8)), 8, "needs " + IMAGE_BYTES + " bytes, and there are 8"),
                Arguments.of(request(image(-1)), 0, "binary_data_size: -1 is outside the range"),
                Arguments.of(request(withData), IMAGE_BYTES, "has data and binary_data_size"),
                Arguments.of(
                        request(image(IMAGE_BYTES)).put("parameters", new JsonObject().put("sequence_id", 1)),
                        IMAGE_BYTES,
                        "parameters.sequence_id: sequences are not supported"));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void refusesBytesThatDoNotFit(JsonObject request, int bytes, String where) {
        String error = send(request, new byte[bytes]).error(400);
        assertTrue(error.contains(where), error);
    }

    @ParameterizedTest
    @CsvSource({"abc", "-1", "99999999999", "4000", "1e1", "''"})
    void refusesALengthThatIsNone(String length) throws IOException {
        HttpRequest request = gateway.request("/v2/models/digits/infer")
                .header("Inference-Header-Content-Length", length)
                .POST(HttpRequest.BodyPublishers.ofByteArray(pixels(1)))
                .build();
        String error = BinaryWire.answer(gateway.sendForBytes(request)).error(400);
        assertTrue(error.startsWith("inference-header-content-length: "), error);
    }
}
