package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainInputsTest {

    /** A picture of one channel. */
    private static final Signature PICTURE =
            Decoding.batched(new TensorSpec("x", DataType.FP32, new Shape(-1, 1, 2, 2)));

    private static final Signature NUMBER = Decoding.batched(new TensorSpec("x", DataType.INT64, new Shape(-1)));
    private static final Signature TWO = Decoding.batched(
            new TensorSpec("data", DataType.FP32, new Shape(-1, 2)),
            new TensorSpec("n", DataType.INT64, new Shape(-1)));

    private record Read(DecodedRequest request, boolean oneRow) {

        @Override
        public String toString() {
            return request.inputs().stream()
                            .map(input -> input.name() + input.shape() + Decoding.json(input))
                            .collect(Collectors.joining(" "))
                    + (oneRow ? " row" : "");
        }
    }

    private static PlainInputs.Form form(boolean bare) {
        return new PlainInputs.Form(Set.of("data"), bare, JsonOptions.STRICT);
    }

    private static Description model(Signature signature) {
        return new Description("onnxruntime_onnx", signature, List.of(), 8, 1, "there");
    }

    private static Read read(Signature signature, boolean bare, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        PlainInputs inputs = new PlainInputs(
                RequestBody.of(bytes, 0, bytes.length, null), form(bare), model(signature), new TensorBuffers());
        DecodedRequest request = inputs.decode();
        return new Read(request, inputs.isOneRow());
    }

    private static String refusal(Signature signature, boolean bare, String text) {
        return assertThrows(InferenceException.class, () -> read(signature, bare, text), text)
                .error()
                .message();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[[[1,2],[3,4]]]]                       | x[1,1,2,2][1,2,3,4]",
                "[[[[1,2],[3,4]]],[[[5,6],[7,8]]]]       | x[2,1,2,2][1,2,3,4,5,6,7,8]",
                "[[[1,2],[3,4]]]                         | x[1,1,2,2][1,2,3,4] row",
                "[1,2,3,4]                               | x[1,1,2,2][1,2,3,4] row",
            })
    void takesAllRowsOrOneNestedOrFlat(String value, String read) {
        assertEquals(read, read(PICTURE, true, value).toString().replace(".0", ""));
        assertEquals(
                read,
                read(PICTURE, false, "{\"data\":" + value + "}").toString().replace(".0", ""));
        assertEquals(
                read, read(PICTURE, true, "{\"x\":" + value + "}").toString().replace(".0", ""));
        assertEquals(
                read,
                read(PICTURE, false, "{\"data\":{\"x\":" + value + "}}")
                        .toString()
                        .replace(".0", ""));
    }

    @Test
    void aNumberAloneIsARowOfARankOneInput() {
        assertEquals("x[1][7] row", read(NUMBER, true, " 7 ").toString());
        assertEquals("x[3][7,8,9]", read(NUMBER, false, "{\"data\":[7,8,9]}").toString());
    }

    @Test
    void anInputMayBeCalledAsWhatHoldsThem() {
        String expected = "data[1,2][1.0,2.0] n[1][3] row";
        assertEquals(expected, read(TWO, true, "{\"n\": 3, \"data\": [1, 2]}").toString());
        assertEquals(
                expected,
                read(TWO, true, "{\"data\": {\"n\": 3, \"data\": [1, 2]}}").toString());
        assertEquals(
                expected,
                read(TWO, false, "{\"data\": {\"data\": [1, 2], \"n\": 3}}").toString());
    }

    @Test
    void whatIsOptionalMayBeLeftOutAndIsNotTheOnlyInput() {
        Signature one = Decoding.batched(
                new TensorSpec("a", DataType.INT64, new Shape(-1)),
                new TensorSpec("c", DataType.FP32, new Shape(-1, -1), true));
        assertEquals("a[2][1,2]", read(one, true, "[1, 2]").toString());
        assertEquals(
                "a[1][1] c[1,2][0.5,1.5] row",
                read(one, true, "{\"c\": [0.5, 1.5], \"a\": 1}").toString());
    }

    @Test
    void namesTextsToo() {
        Tensor texts = read(Decoding.one(DataType.BYTES, 1), false, "{\"data\": [\"a\", \"bc\"]}")
                .request()
                .inputs()
                .getFirst();
        assertEquals("[\"a\",\"bc\"]", Decoding.json(texts));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1,2,3]              | x: expected [-1,1,2,2] (-1 is any), or one row of it, and got [3]",
                "[[1,2],[3]]          | body[1]: not of the form of the values before it",
                "{\"x\": [1,2,1e999,4]}  | x[2]: 1e999 is too large for FP32",
                "{\"data\": [[[1,2],[3,-1e999]]]} | data[0][1][1]: -1e999 is too large for FP32",
                "{\"data\": {\"x\": [[[1,\"a\"]]]}} | data.x[0][0][1]: expected a number and found \"a\" at byte 20",
                "{\"data\": 1e999}      | data: 1e999 is too large for FP32",
                "{}                   | body: holds no numbers; expected [data, x]",
                "{\"y\": [1]}         | y: unknown; known are [data, x]",
                "{\"data\": {\"y\": 1}} | data.y: the model has no such input; its inputs are [x]",
                "{\"x\": [1,2,3,4], \"data\": [1,2,3,4]} | data: input \"x\" is given twice",
            })
    void saysWhatIsWrongAndWhere(String text, String message) {
        assertEquals(message, refusal(PICTURE, true, text));
    }

    @Test
    void saysWhatIsMissingAndWhatIsNoJson() {
        assertEquals("body: input \"n\" is missing", refusal(TWO, true, "{\"data\": [1, 2]}"));
        assertEquals(
                "body: the model has several inputs; expected an object with [data, n]", refusal(TWO, true, "[1, 2]"));
        assertEquals("body: is empty; expected numbers", refusal(PICTURE, true, ""));
        assertTrue(refusal(PICTURE, true, "[1, 2").startsWith("body[2]: "));
        assertTrue(refusal(PICTURE, false, "[1, 2]").startsWith("body: "));
        assertTrue(refusal(PICTURE, false, "{\"data\": [\"a\"]}").startsWith("data[0]: "));
        assertTrue(refusal(PICTURE, true, "[1,2,3,4] 5").startsWith("body: "));
    }

    @Test
    void axesMustAgreeOnRows() {
        String message = refusal(TWO, false, "{\"data\": {\"data\": [[1, 2], [3, 4]], \"n\": [1]}}");
        assertTrue(message.contains("axis 0 counts rows"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                " [[1]            | true",
                "[]               | true",
                "[\"a\"]            | false",
                "7                | false",
                "{\"data\": [1      | true",
                "{\"data\": {\"x\": [ | true",
                "{\"data\": \"iVBO\" | false",
                "{\"data\": [{\"a\"  | false",
                "{\"x\": [1]        | false",
                "{\"image\": \"a\"   | false",
                "{                | false",
                "\"                | false",
            })
    void knowsNumbersByHowTheyBegin(String text, boolean numbers) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(numbers, form(true).fits(RequestBody.of(bytes, 0, bytes.length, null)));
    }

    @Test
    void givesBackTheMemoryOfWhatIsRefused() {
        BufferLedger ledger = new BufferLedger();
        List<String> broken = List.of("[1,2,3]", "{\"x\": [1,2,3,4], \"y\": 1}", "[[1,2],[3]]", "[1,2,3,4", "{");
        for (String text : broken) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            PlainInputs inputs = new PlainInputs(
                    RequestBody.of(bytes, 0, bytes.length, null), form(true), model(PICTURE), ledger.buffers);
            assertThrows(InferenceException.class, inputs::decode, text);
        }
        assertEquals(0, ledger.missing());
    }

    @Test
    void noTextIsMadeOfANameThatIsTooLongToBeOne() {
        String name = "\"" + "n".repeat((64 << 10) + 1) + "\"";
        String said = refusal(NUMBER, true, "{" + name + ":1}");
        assertTrue(said.contains("the member name at byte 1 has 65537 bytes"), said);
        said = refusal(NUMBER, true, "{\"data\":{" + name + ":1}}");
        assertTrue(said.contains("the member name at byte 9 has 65537 bytes"), said);
        said = refusal(NUMBER, true, "{" + name.replace("nn\"", "\"") + ":1}");
        assertTrue(said.contains("unknown; known are"), said);
    }

    @Test
    void whatABodyIsShowsWhereItBegins() {
        assertTrue(fits("{\"data\":[[1"));
        assertTrue(fits(" { \"data\" : {\"x\""));
        assertFalse(fits("{\"data\":\"text\"}"));
        assertFalse(fits("{\"datum\":1}"));
        assertFalse(fits("{\"dat"));
    }

    private static boolean fits(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return form(true).fits(RequestBody.of(bytes, 0, bytes.length, null));
    }
}
