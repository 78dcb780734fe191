package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are right, in all the forms in which they come. */
class InferRequestDecoderTest {

    private static final String A = Decoding.input("a", "INT64", "[2]", "[1,2]");
    private static final String B = Decoding.input("b", "BYTES", "[2,2]", "[\"p\",\"q\",\"\",\"s\"]");
    private static final String C = Decoding.input("c", "FP32", "[2,1]", "[[0.5],[1.5]]");

    @Test
    void readsEverythingThatABodyMaySay() {
        DecodedRequest request = Decoding.decode(
                Decoding.THREE,
                "{\"id\":\"n\\u00b0 7\",\"inputs\":[" + B + "," + A + "],\"outputs\":[{\"name\":\"z\","
                        + "\"parameters\":{\"binary_data\":false}},{\"name\":\"y\"}],\"parameters\":{\"timeout\":1500}}");
        assertEquals("n° 7", request.form().id());
        assertEquals(
                List.of("a", "b"), request.inputs().stream().map(Tensor::name).toList());
        assertEquals("[1,2]", Decoding.json(request.inputs().get(0)));
        assertEquals("[\"p\",\"q\",\"\",\"s\"]", Decoding.json(request.inputs().get(1)));
        assertEquals(new Shape(2, 2), request.inputs().get(1).shape());
        assertEquals(List.of("z", "y"), request.outputs());
        assertEquals(2, request.rows());
        assertEquals(Duration.ofNanos(1_500_000), request.timeout());
    }

    @Test
    void readsTheLeastThatABodyMustSay() {
        DecodedRequest request = Decoding.decode(Decoding.THREE, Decoding.body(A, B));
        assertNull(request.form().id());
        assertNull(request.timeout());
        assertEquals(List.of("y", "z"), request.outputs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "\"\""})
    void takesASequenceThatIsNone(String none) {
        String parameters = "],\"parameters\":{\"sequence_id\":" + none + "}}";
        DecodedRequest request = Decoding.decode(Decoding.THREE, "{\"inputs\":[" + A + "," + B + parameters);
        assertEquals(2, request.rows());
    }

    @ParameterizedTest
    @ValueSource(strings = {"31536000000000", "31536000000001", "9223372036854775808", "18446744073709551615"})
    void shortensATimeoutBeyondAllBounds(String micros) {
        String parameters = "],\"parameters\":{\"timeout\":" + micros + "}}";
        DecodedRequest request = Decoding.decode(Decoding.THREE, "{\"inputs\":[" + A + "," + B + parameters);
        assertEquals(Duration.ofDays(365), request.timeout());
    }

    @Test
    void takesOptionalInputsInTheSignaturesOrder() {
        DecodedRequest request = Decoding.decode(Decoding.THREE, Decoding.body(C, B, A));
        assertEquals(
                List.of("a", "b", "c"),
                request.inputs().stream().map(Tensor::name).toList());
        assertEquals("[0.5,1.5]", Decoding.json(request.inputs().get(2)));
    }

    static List<String> everyOrder() {
        List<String> orders = new ArrayList<>();
        List<String> members =
                List.of("\"name\":\"x\"", "\"datatype\":\"FP32\"", "\"shape\":[2,3]", "\"data\":[[1,2,3],[4,5,6.5]]");
        for (int code = 0; code < 256; code++) {
            List<Integer> order = List.of(code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6);
            if (order.stream().distinct().count() == 4) {
                orders.add(String.join(" , ", order.stream().map(members::get).toList()));
            }
        }
        return orders;
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void takesTheMembersOfAnInputInAnyOrder(String members) {
        Tensor input =
                Decoding.onlyInput(Decoding.ROWS, "{\"outputs\":[],\"inputs\":[ { " + members + " } ],\"id\":\"i\"}");
        assertEquals("x FP32[2,3]", input.toString());
        assertEquals("[1.0,2.0,3.0,4.0,5.0,6.5]", Decoding.json(input));
    }

    @Test
    void thereAreTwentyFourOrders() {
        assertEquals(24, everyOrder().stream().distinct().count());
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, '[true,false]', '[true,false]'",
        "UINT8, '[0,255]', '[0,255]'",
        "UINT16, '[0,65535]', '[0,65535]'",
        "UINT32, '[0,4294967295]', '[0,4294967295]'",
        "UINT64, '[0,18446744073709551615]', '[0,18446744073709551615]'",
        "INT8, '[-128,127]', '[-128,127]'",
        "INT16, '[-32768,32767]', '[-32768,32767]'",
        "INT32, '[-2147483648,2147483647]', '[-2147483648,2147483647]'",
        "INT64, '[-9223372036854775808,9223372036854775807]', '[-9223372036854775808,9223372036854775807]'",
        "FP32, '[-0,16777217]', '[-0.0,1.6777216E7]'",
        "FP64, '[-0,16777217]', '[-0.0,1.6777217E7]'",
        "BYTES, '[\"\\u00e9\\n\",\"\"]', '[\"é\\n\",\"\"]'"
    })
    void readsEveryDataType(DataType type, String data, String expected) {
        Tensor input = Decoding.onlyInput(Decoding.one(type, 1), Decoding.body(type, "[2]", data));
        assertEquals(expected, Decoding.json(input));
        assertEquals(type, input.dataType());
    }

    @ParameterizedTest
    @CsvSource({
        "'[]', '7', '[7]'",
        "'[]', '[7]', '[7]'",
        "'[]', ' 7 ', '[7]'",
        "'[1]', '[7]', '[7]'",
        "'[0]', '[]', '[]'",
        "'[2,0,8]', '[]', '[]'",
        "'[2,0,8]', '[[],[]]', '[]'",
        "'[0,4]', '[]', '[]'",
        "'[1,1,1]', '[7]', '[7]'",
        "'[1,1,1]', '[[[7]]]', '[7]'",
        "'[2,3]', '[1,2,3,4,5,6]', '[1,2,3,4,5,6]'",
        "'[2,3]', '[ [1,2,3] , [4,5,6] ]', '[1,2,3,4,5,6]'",
        "'[2,2,1]', '[[[1],[2]],[[3],[4]]]', '[1,2,3,4]'",
        "'[9223372036854775807,0]', '[]', '[]'"
    })
    void readsFlatNestedScalarAndEmptyData(String shape, String data, String expected) {
        int rank = shape.equals("[]") ? 0 : shape.split(",").length;
        Tensor input =
                Decoding.onlyInput(Decoding.one(DataType.INT32, rank), Decoding.body(DataType.INT32, shape, data));
        assertEquals(expected, Decoding.json(input));
        assertEquals(shape, input.shape().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1e9", "\"s\\\"\"", "true", "null", "[]", "[[1],{}]", "{}", "{\"inputs\":[{\"a\":1}]}"})
    void skipsUnknownMembersOfEveryKind(String value) {
        String unknown = "\"unknown\":" + value + ",";
        DecodedRequest request = Decoding.decode(
                Decoding.ROWS,
                "{" + unknown + "\"inputs\":[{" + unknown + "\"name\":\"x\"," + unknown
                        + "\"datatype\":\"FP32\",\"shape\":[1,3],\"parameters\":{" + unknown
                        + "\"a\":1},\"data\":[1,2,3]}]," + unknown + "\"outputs\":[{" + unknown
                        + "\"name\":\"y\"}],\"parameters\":{" + unknown + "\"timeout\":1}}");
        assertEquals("[1.0,2.0,3.0]", Decoding.json(request.inputs().getFirst()));
        assertEquals(List.of("y"), request.outputs());
        assertEquals(Duration.ofNanos(1000), request.timeout());
    }

    @ParameterizedTest
    @CsvSource({
        "'{}', 0",
        "'{\"priority\":0}', 0",
        "'{\"priority\":1}', 1",
        "'{\"priority\":2147483647,\"own\":[]}', 2147483647"
    })
    void readsThePriority(String parameters, int priority) {
        String input = Decoding.input("x", "FP32", "[0,3]", "[]");
        String body = "{\"parameters\":" + parameters + ",\"inputs\":[" + input + "]}";
        assertEquals(priority, Decoding.decode(Decoding.ROWS, body).priority());
    }

    @Test
    void aModelWithoutRowsCountsAsOneRow() {
        Signature unbatched = Decoding.one(DataType.INT8, 1);
        assertEquals(
                1,
                Decoding.decode(unbatched, Decoding.body(DataType.INT8, "[3]", "[1,2,3]"))
                        .rows());
    }

    @Test
    void aBatchedModelOfOptionalInputsAloneNeedsNone() {
        Signature optional = Decoding.batched(new TensorSpec("x", DataType.FP32, new Shape(-1), true));
        DecodedRequest request = Decoding.decode(optional, "{\"inputs\":[]}");
        assertTrue(request.inputs().isEmpty());
        assertEquals(1, request.rows());
    }

    @Test
    void everyBodyMayHaveItsOwnMemoryAgain() {
        Tensor first = Decoding.onlyInput(Decoding.ROWS, Decoding.body(DataType.FP32, "[1,3]", "[1,2,3]"));
        assertTrue(first.data().isDirect());
        assertEquals(12, first.byteCount());
    }
}
