package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NaN and infinities in JSON: refused with a hint, or by option the same words in and out. */
class NonFiniteTest {

    private static final JsonOptions LENIENT = new JsonOptions(true);

    private static Tensor decode(DataType type, String data) {
        byte[] body = Decoding.body(type, "[5]", data).getBytes(StandardCharsets.UTF_8);
        return Decoding.decode(Decoding.one(type, 1), body, new TensorBuffers(), LENIENT)
                .inputs()
                .getFirst();
    }

    private static String refusal(DataType type, String body, JsonOptions options) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        InferenceException refused = assertThrows(
                InferenceException.class,
                () -> Decoding.decode(Decoding.one(type, 1), bytes, new TensorBuffers(), options),
                body);
        return ((InvalidRequest) refused.error()).field() + ": " + ((InvalidRequest) refused.error()).reason();
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP64"})
    void inputAndOutputUseTheSameWords(DataType type) {
        String words = "[NaN,1.5,Infinity,-Infinity,-0.0]";
        assertEquals(words, Decoding.json(decode(type, words), LENIENT));
        assertEquals(words, Decoding.json(decode(type, " [ NaN , 1.5 , Infinity , -Infinity,-0 ] "), LENIENT));
        assertEquals("[null,1.5,null,null,-0.0]", Decoding.json(decode(type, words)));
    }

    @Test
    void dataThatComesFirstMayHoldThemToo() {
        String body = "{\"own\":{\"a\":[-Infinity]},\"inputs\":[{\"data\":[NaN,-Infinity],\"name\":\"x\","
                + "\"shape\":[2],\"datatype\":\"FP64\"}]}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        DecodedRequest request = Decoding.decode(Decoding.one(DataType.FP64, 1), bytes, new TensorBuffers(), LENIENT);
        assertEquals("[NaN,-Infinity]", Decoding.json(request.inputs().getFirst(), LENIENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity"})
    void aRefusalNamesTheSetting(String word) {
        String reason = word + " is not JSON, at byte 64; the setting json.nan_and_infinity: true lets it in";
        String body = Decoding.body(DataType.FP32, "[2]", "[1," + word + "]");
        assertEquals("inputs[0].data[1]: " + reason, refusal(DataType.FP32, body, JsonOptions.STRICT));
        String skipped = refusal(DataType.FP32, "{\"inputs\":[{\"data\":[" + word + "]}]}", JsonOptions.STRICT);
        assertTrue(skipped.endsWith("the setting json.nan_and_infinity: true lets it in"), skipped);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nan", "NAN", "-NaN", "+Infinity", "Inf", "-Inf", "inf", "NaN1", "Infinityy", "N", "-I", "null"})
    void otherWordsAreRefusedAllTheSame(String word) {
        String body = Decoding.body(DataType.FP32, "[1]", "[" + word + "]");
        String reason = refusal(DataType.FP32, body, LENIENT);
        assertTrue(reason.contains(": expected "), reason);
        assertTrue(refusal(DataType.FP32, "{\"own\":" + word + "]", LENIENT).contains("expected "));
    }

    @ParameterizedTest
    @CsvSource({"INT64, NaN", "UINT64, Infinity", "INT8, -Infinity", "BOOL, NaN", "BYTES, NaN"})
    void onlyFloatsHaveThem(DataType type, String word) {
        String reason = refusal(type, Decoding.body(type, "[1]", "[" + word + "]"), LENIENT);
        assertTrue(reason.startsWith("inputs[0].data[0]: expected "), reason);
    }

    @Test
    void aNumberTooLargeIsNoInfinity() {
        String body = Decoding.body(DataType.FP32, "[1]", "[1e39]");
        assertEquals("inputs[0].data[0]: 1e39 is too large for FP32", refusal(DataType.FP32, body, LENIENT));
    }
}
