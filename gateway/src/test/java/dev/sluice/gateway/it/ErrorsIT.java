package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.Requests.inputs;
import static dev.sluice.gateway.it.Requests.sums;
import static dev.sluice.gateway.it.Requests.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Wrong bodies: each is refused by name and place, and the connection goes on. */
class ErrorsIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String GOOD_IN1 = tensor("IN1", "INT32", "[1,4]", "[1,2,3,4]");

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Case(String name, String model, String body, String fragment) {}

    /** A request to sums whose first input is this. */
    private static Case in0(String name, String tensor, String fragment) {
        return new Case(name, "sums", inputs(tensor, GOOD_IN1), fragment);
    }

    private static Case sumsCase(String name, String body, String fragment) {
        return new Case(name, "sums", body, fragment);
    }

    private static Stream<DynamicTest> each(Stream<Case> cases) {
        return cases.map(wrong -> DynamicTest.dynamicTest(wrong.name, () -> isRefused(wrong)));
    }

    private static void isRefused(Case wrong) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String error = connection
                    .post("/v2/models/" + wrong.model + "/infer", wrong.body)
                    .answer()
                    .error(400);
            assertTrue(error.contains(wrong.fragment), () -> "\"" + error + "\" should say \"" + wrong.fragment + "\"");
            stillServes(connection);
        }
    }

    private static void stillServes(RawConnection connection) throws IOException {
        Answer good = connection.post(SUMS, sums(2, 3)).answer();
        assertEquals(5, good.data().getInteger(0), good.body());
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatIsNotJson() {
        return each(Stream.of(
                sumsCase("empty body", "", "body: the JSON text ends too early"),
                sumsCase("white space", " \n\t ", "body: the JSON text ends too early"),
                sumsCase("plain text", "hello", "expected '{' and found hello at byte 0"),
                sumsCase("array", "[]", "expected '{'"),
                sumsCase("null", "null", "expected '{'"),
                sumsCase("cut off", sums(1, 2).substring(0, 75), "ends too early"),
                sumsCase("cut off in a string", "{\"inp", "without its closing quote"),
                sumsCase("text behind it", sums(1, 2) + "x", "unexpected text after the end"),
                sumsCase("two values", sums(1, 2) + sums(1, 2), "unexpected text after the end"),
                sumsCase("trailing comma", "{\"inputs\":[],}", "expected a member name"),
                sumsCase("single quotes", "{'inputs':[]}", "expected a member name in double quotes"),
                sumsCase("comment", "{/* no */\"inputs\":[]}", "expected a member name"),
                sumsCase("missing colon", "{\"inputs\" []}", "expected ':'"),
                sumsCase("bare control character", "{\"id\":\"a\u0001b\",\"inputs\":[]}", "control character"),
                sumsCase("bad escape", "{\"id\":\"\\q\",\"inputs\":[]}", "escape"),
                sumsCase("half a surrogate", "{\"id\":\"\\ud800\",\"inputs\":[]}", "surrogate"),
                sumsCase("bad literal", "{\"x\":nul,\"inputs\":[]}", "null"),
                sumsCase("bad number", "{\"x\":01,\"inputs\":[]}", "leading zeros"),
                sumsCase("byte order mark", "\uFEFF" + sums(1, 2), "expected '{'"),
                sumsCase(
                        "very deep", "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}", "nested deeper than 100")));
    }

    @TestFactory
    Stream<DynamicTest> refusesAWrongEnvelope() {
        return each(Stream.of(
                sumsCase("no inputs", "{}", "\"inputs\" is missing"),
                sumsCase("empty inputs", "{\"inputs\":[]}", "input \"IN0\" is missing"),
                sumsCase("inputs as object", "{\"inputs\":{}}", "expected '['"),
                sumsCase("inputs of numbers", "{\"inputs\":[1]}", "inputs[0]: expected '{' and found 1"),
                sumsCase("one input missing", inputs(GOOD_IN1), "input \"IN0\" is missing"),
                sumsCase("input given twice", inputs(GOOD_IN1, GOOD_IN1), "\"IN1\" is given twice"),
                sumsCase("inputs given twice", "{\"inputs\":[],\"inputs\":[]}", "inputs: given twice"),
                sumsCase("id given twice", "{\"id\":\"a\",\"id\":\"b\"}", "id: given twice"),
                sumsCase("id as number", "{\"id\":7}", "expected a string in double quotes and found 7"),
                sumsCase("outputs as string", "{\"outputs\":\"OUT0\"}", "expected '['"),
                sumsCase("parameters as array", "{\"parameters\":[]}", "expected '{'"),
                sumsCase("unknown output", wanting("{\"name\":\"OUT9\"}"), "outputs[0].name: the model has no output"),
                sumsCase("output without name", wanting("{}"), "outputs[0]: the member \"name\" is missing"),
                sumsCase("output name as number", wanting("{\"name\":1}"), "expected a string"),
                sumsCase(
                        "output given twice",
                        wanting("{\"name\":\"OUT0\"},{\"name\":\"OUT0\"}"),
                        "outputs[1].name: output \"OUT0\" is given twice"),
                sumsCase("timeout as string", timeout("\"1s\""), "parameters.timeout: microseconds"),
                sumsCase("negative timeout", timeout("-5"), "parameters.timeout: microseconds"),
                sumsCase("endless timeout", timeout("9".repeat(30)), "parameters.timeout: microseconds"),
                sumsCase(
                        "rows that disagree",
                        inputs(tensor("IN0", "INT32", "[2,4]", "[1,2,3,4,5,6,7,8]"), GOOD_IN1),
                        "\"IN0\" has 2 and \"IN1\" has 1")));
    }

    private static String wanting(String outputs) {
        return Requests.withMember("\"outputs\":[" + outputs + "]", sums(1, 2));
    }

    private static String timeout(String value) {
        return Requests.withMember("\"parameters\":{\"timeout\":" + value + "}", sums(1, 2));
    }

    @TestFactory
    Stream<DynamicTest> refusesAWrongTensor() {
        String data = "[1,2,3,4]";
        return each(Stream.of(
                in0(
                        "unknown name",
                        tensor("IN7", "INT32", "[1,4]", data),
                        "the model has no input \"IN7\"; its inputs"),
                in0("other datatype", tensor("IN0", "FP32", "[1,4]", data), "expects INT32 and got FP32"),
                in0("unknown datatype", tensor("IN0", "FLOAT", "[1,4]", data), "unknown datatype \"FLOAT\""),
                in0("datatype in small letters", tensor("IN0", "int32", "[1,4]", data), "unknown datatype \"int32\""),
                in0(
                        "other shape",
                        tensor("IN0", "INT32", "[1,5]", "[1,2,3,4,5]"),
                        "expects [-1,4] (-1 is any) and got"),
                in0("too few axes", tensor("IN0", "INT32", "[4]", data), "expects [-1,4]"),
                in0("too many axes", tensor("IN0", "INT32", "[1,1,4]", data), "expects [-1,4]"),
                in0("40 axes", tensor("IN0", "INT32", "[1" + ",1".repeat(39) + "]", data), "more than 32 dimensions"),
                in0("negative axis", tensor("IN0", "INT32", "[-1,4]", data), "inputs[0].shape"),
                in0(
                        "fraction as axis",
                        tensor("IN0", "INT32", "[1.5,4]", data),
                        "inputs[0].shape[0]: expected an integer"),
                in0("string as axis", tensor("IN0", "INT32", "[\"1\",4]", data), "inputs[0].shape"),
                in0("axis beyond 64 bits", tensor("IN0", "INT32", "[99999999999999999999,4]", data), "inputs[0].shape"),
                in0(
                        "overflowing axes",
                        tensor("IN0", "INT32", "[9223372036854775807,4]", data),
                        "inputs[0].shape: the shape [9223372036854775807,4] has too many elements"),
                in0("a shape that lies", tensor("IN0", "INT32", "[500000000,4]", data), "and the data has"),
                in0("shape as number", tensor("IN0", "INT32", "4", data), "inputs[0].shape: expected '['"),
                in0("shape missing", "{\"name\":\"IN0\",\"datatype\":\"INT32\",\"data\":[1]}", "\"shape\" is missing"),
                in0("datatype missing", "{\"name\":\"IN0\",\"shape\":[1,4],\"data\":[1]}", "\"datatype\" is missing"),
                in0("name missing", "{\"datatype\":\"INT32\",\"shape\":[0,4],\"data\":[]}", "\"name\" is missing"),
                in0("data missing", "{\"name\":\"IN0\",\"datatype\":\"INT32\",\"shape\":[1,4]}", "\"data\" is missing"),
                in0("name given twice", "{\"name\":\"IN0\",\"name\":\"IN0\"}", "inputs[0].name: given twice"),
                in0("data given twice", "{\"data\":[1],\"data\":[1]}", "inputs[0].data: given twice")));
    }

    @TestFactory
    Stream<DynamicTest> refusesWrongData() {
        return each(Stream.of(
                in0("too few elements", data("[1,2,3]"), "inputs[0].data: the shape [1,4] needs 4 elements"),
                in0("too many elements", data("[1,2,3,4,5]"), "more elements than the shape has room for"),
                in0("no elements", data("[]"), "needs 4 elements"),
                in0("nested too flat", data("[[1,2],[3,4]]"), "inputs[0].data"),
                in0("nested too deep", data("[[[1,2,3,4]]]"), "inputs[0].data"),
                in0("a row too many", data("[[1,2,3,4],[5,6,7,8]]"), "inputs[0].data"),
                in0("a ragged row", data("[[1,2,3]]"), "axis 1 of the shape [1,4] needs 4"),
                in0("a string", data("[1,\"2\",3,4]"), "inputs[0].data[1]: expected"),
                in0("null", data("[1,2,null,4]"), "inputs[0].data[2]"),
                in0("a boolean", data("[1,2,true,4]"), "inputs[0].data[2]"),
                in0("a fraction", data("[1,2,3.5,4]"), "inputs[0].data[2]: expected an integer"),
                in0("beyond 32 bits", data("[1,2,3,2147483648]"), "inputs[0].data[3]"),
                in0("beyond 64 bits", data("[1,2,3,9223372036854775808]"), "inputs[0].data[3]"),
                in0("data as object", data("{}"), "inputs[0].data"),
                in0("data as number", data("7"), "inputs[0].data"),
                floats("NaN", "inputs[0].data[0]"),
                floats("Infinity", "inputs[0].data[0]"),
                floats("-Infinity", "inputs[0].data[0]"),
                floats("\"1.0\"", "inputs[0].data[0]"),
                floats("1e999", "too large for FP32"),
                floats("1e39", "too large for FP32"),
                floats("1.", "a digit is missing"),
                floats(".5", "inputs[0].data[0]"),
                floats("+1", "inputs[0].data[0]"),
                floats("0x10", "inputs[0].data"),
                new Case("number as BYTES", "words", inputs(tensor("x", "BYTES", "[1,2]", "[\"a\",1]")), "data[1]"),
                new Case("what the engine refuses", "pick", Requests.pick(3, 99), "out of data bounds")));
    }

    private static String data(String data) {
        return tensor("IN0", "INT32", "[1,4]", data);
    }

    private static Case floats(String element, String fragment) {
        return new Case(element, "echo", inputs(tensor("x", "FP32", "[1,1]", "[" + element + "]")), fragment);
    }

    @Test
    void noneOfThisCountsAsAFailureOfOurs() {
        assertEquals(0, gateway.metrics().value("sluice_requests_total", "outcome=\"engine_failure\""));
        gateway.awaitNothingInFlight();
    }
}
