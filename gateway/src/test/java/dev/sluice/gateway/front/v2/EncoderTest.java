package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact text of tensors and responses. */
class EncoderTest {

    private static final InferenceResponse.Timing TIMING = new InferenceResponse.Timing(0, 0, 0, 1, 0);

    private static ByteBuffer memory(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String json(DataType type, long rows, ByteBuffer data) {
        return Decoding.json(new Tensor("y", type, new Shape(rows), data));
    }

    private static String text(JsonOutput out) {
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, '[false,true,true]'",
        "INT8, '[0,1,-1]'",
        "UINT8, '[0,1,255]'",
        "INT16, '[0,1,-1]'",
        "UINT16, '[0,1,65535]'",
        "INT32, '[0,1,-1]'",
        "UINT32, '[0,1,4294967295]'",
        "INT64, '[0,1,-1]'",
        "UINT64, '[0,1,18446744073709551615]'"
    })
    void writesIntegersWithOrWithoutSign(DataType type, String expected) {
        int size = type.elementBytes();
        ByteBuffer data = memory(3 * size);
        data.put(size, (byte) 1);
        for (int at = 2 * size; at < 3 * size; at++) {
            data.put(at, (byte) -1);
        }
        assertEquals(expected, json(type, 3, data));
    }

    @Test
    void writesFloatsInTheirShortestForm() {
        ByteBuffer fp32 = memory(28);
        for (float value : new float[] {0.1f, -0f, 1e10f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 3}) {
            fp32.putFloat(value);
        }
        assertEquals("[0.1,-0.0,1.0E10,1.0E-45,null,null,3.0]", json(DataType.FP32, 7, fp32.flip()));
        ByteBuffer fp64 = memory(40);
        for (double value : new double[] {0.1, 1e300, Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY}) {
            fp64.putDouble(value);
        }
        assertEquals("[0.1,1.0E300,1.7976931348623157E308,null,null]", json(DataType.FP64, 5, fp64.flip()));
    }

    @Test
    void widensHalfFloats() {
        ByteBuffer fp16 = memory(8);
        for (short bits : new short[] {0x3C00, (short) 0xC000, 0x7C00, 0x7E00}) {
            fp16.putShort(bits);
        }
        assertEquals("[1.0,-2.0,null,null]", json(DataType.FP16, 4, fp16.flip()));
        ByteBuffer bf16 = memory(8);
        for (short bits : new short[] {0x3F80, (short) 0xC000, 0x7F80, 0x7FC0}) {
            bf16.putShort(bits);
        }
        assertEquals("[1.0,-2.0,null,null]", json(DataType.BF16, 4, bf16.flip()));
    }

    @Test
    void writesOnlyFromPositionToLimit() {
        ByteBuffer data = memory(4).put(new byte[] {9, 1, 2, 9}).position(1).limit(3);
        assertEquals("[1,2]", json(DataType.INT8, 2, data));
        assertEquals("[]", json(DataType.INT8, 0, data.position(3)));
    }

    @Test
    void writesFloatsOnlyFromPositionToLimit() {
        ByteBuffer data = memory(16)
                .putFloat(9)
                .putFloat(1)
                .putFloat(2)
                .putFloat(9)
                .position(4)
                .limit(12);
        assertEquals("[1.0,2.0]", json(DataType.FP32, 2, data));
        assertEquals("[]", json(DataType.FP32, 0, data.position(12)));
    }

    @Test
    void growsForMoreFloatsThanExpected() {
        ByteBuffer data = memory(4 * 1000);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            float value = i % 10 == 0 ? Float.NaN : -1.2345678e-20f * (i % 7);
            data.putFloat(value);
            expected.append(i == 0 ? "[" : ",").append(Float.isNaN(value) ? "null" : Float.toString(value));
        }
        assertEquals(expected + "]", json(DataType.FP32, 1000, data.flip()));
    }

    @Test
    void escapesWhatMustBeEscaped() {
        JsonOutput out = new JsonOutput(0);
        out.string("q\" b\\ /\b\f\n\r\t\u0000\u001f\u007f é€\uD83D\uDE00");
        assertEquals("\"q\\\" b\\\\ /\\u0008\\u000c\\n\\r\\t\\u0000\\u001f\u007f é€\uD83D\uDE00\"", text(out));
    }

    @Test
    void growsWhileItIsWritten() {
        JsonOutput out = new JsonOutput(1);
        String expected = "";
        for (int i = 0; i < 200; i++) {
            out.raw('[').number(i).raw("],").string("\u0001".repeat(i));
            expected += "[" + i + "],\"" + "\\u0001".repeat(i) + "\"";
        }
        assertEquals(expected, text(out));
    }

    @Test
    void writesAWholeResponse() {
        Tensor y =
                new Tensor("y \"1\"", DataType.INT8, new Shape(2, 1), memory(2).put(1, (byte) 7));
        Tensor z = new Tensor("z", DataType.BOOL, new Shape(2, 0), memory(0));
        InferenceResponse response = new InferenceResponse(new ModelId("d\"igits", 3), List.of(y, z), TIMING);
        assertEquals(
                "{\"model_name\":\"d\\\"igits\",\"model_version\":\"3\",\"id\":\"i\\n\",\"outputs\":["
                        + "{\"name\":\"y \\\"1\\\"\",\"datatype\":\"INT8\",\"shape\":[2,1],\"data\":[0,7]},"
                        + "{\"name\":\"z\",\"datatype\":\"BOOL\",\"shape\":[2,0],\"data\":[]}]}",
                encoded(response, "i\n"));
    }

    @Test
    void saysWhereTheTimeWentToWhoAsks() {
        InferenceResponse.Timing timing = new InferenceResponse.Timing(5_000_000_000L, 2, 3, 4, 0);
        InferenceResponse response = new InferenceResponse(new ModelId("m", 1), List.of(), timing);
        assertEquals(
                "{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"i\",\"parameters\":{\"queue_ns\":5000000000,"
                        + "\"batch_ns\":2,\"batch_rows\":4,\"infer_ns\":3},\"outputs\":[]}",
                encoded(response, new AnswerForm("i", List.of(), false, true, false, false)));
    }

    @Test
    void saysWhichRowsItAnswersAndWhetherMoreFollows() {
        InferenceResponse whole = new InferenceResponse(new ModelId("m", 1), List.of(), TIMING);
        assertEquals(
                "{\"model_name\":\"m\",\"model_version\":\"1\",\"parameters\":{\"row\":64,\"rows\":32,\"final\":false},"
                        + "\"outputs\":[]}",
                encoded(
                        whole.to(new InferenceResponse.Rows(64, 32, false)),
                        new AnswerForm(null, List.of(), false, false, true, false)));
        InferenceResponse.Timing timing = new InferenceResponse.Timing(1, 2, 3, 4, 0);
        InferenceResponse timed =
                new InferenceResponse(new ModelId("m", 1), List.of(), timing, new InferenceResponse.Rows(0, 1, true));
        assertEquals(
                "{\"model_name\":\"m\",\"model_version\":\"1\",\"parameters\":{\"queue_ns\":1,\"batch_ns\":2,"
                        + "\"batch_rows\":4,\"infer_ns\":3,\"row\":0,\"rows\":1,\"final\":true},\"outputs\":[]}",
                encoded(timed, new AnswerForm(null, List.of(), false, true, true, false)));
    }

    private static String encoded(InferenceResponse response, @Nullable String id) {
        return encoded(response, new AnswerForm(id, List.of(), false));
    }

    private static String encoded(InferenceResponse response, AnswerForm form) {
        Description model = new Description("test", Decoding.ROWS, List.of(), 8, 1, "nowhere");
        return text(new InferResponseEncoder(response, form, model, JsonOptions.STRICT)
                .encode()
                .json());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "")
    void leavesOutTheIdThatTheClientDidNotGive(String id) {
        InferenceResponse response = new InferenceResponse(new ModelId("m", 1), List.of(), TIMING);
        assertEquals("{\"model_name\":\"m\",\"model_version\":\"1\",\"outputs\":[]}", encoded(response, id));
    }
}
