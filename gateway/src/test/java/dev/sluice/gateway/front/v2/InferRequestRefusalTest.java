package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are wrong: the error names where and says what. */
class InferRequestRefusalTest {

    private static final String X = Decoding.input("x", "FP32", "[1,3]", "[1,2,3]");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                          | body               | the JSON text ends too early: expected '{' at byte 1
        []                          | body               | expected '{' and found [ at byte 1
        {}                          | body               | the member "inputs" is missing
        {"inputs":{}}               | inputs             | expected '[' and found { at byte 11
        {"inputs":[]}               | inputs             | input "x" is missing
        {"inputs":[1]}              | inputs[0]          | expected '{' and found 1 at byte 12
        {"inputs":[{}]}             | inputs[0]          | the member "name" is missing
        {"inputs":[],"inputs":[]}   | inputs             | given twice
        {"id":1}                    | id                 | expected a string in double quotes and found 1 at byte 7
        {"id":"a","id":"b"}         | id                 | given twice
        {"outputs":[],"outputs":[]} | outputs            | given twice
        {"outputs":[{}]}            | outputs[0]         | the member "name" is missing
        {"":x}                      | body               | expected a JSON value and found x at byte 5
        {"own":x}                   | own                | expected a JSON value and found x at byte 8
        {"outputs":["y"]}           | outputs[0]         | expected '{' and found "y" at byte 13
        {"outputs":[{"name":"y","parameters":{"classification":1001}}]} | outputs[0].parameters.classification | 1001 is outside the range 0 to 1000
        {"outputs":[{"name":"y","parameters":{"classification":-1}}]} | outputs[0].parameters.classification | -1 is outside the range 0 to 1000
        {"parameters":{},"parameters":{}} | parameters   | given twice
        {"parameters":1}            | parameters         | expected '{' and found 1 at byte 15
        {"parameters":{"timeout":-5}}  | parameters.timeout | microseconds: -5 is outside the range 0 to 18446744073709551615
        {"parameters":{"timeout":1.5}} | parameters.timeout | microseconds: expected an integer and found 1.5
        {"parameters":{"timeout":"1"}} | parameters.timeout | microseconds: expected an integer and found "1"
        {"parameters":{"priority":-1}}    | parameters.priority | -1 is outside the range 0 to 2147483647
        {"parameters":{"priority":2147483648}} | parameters.priority | 2147483648 is outside the range 0 to 2147483647
        {"parameters":{"priority":1.5}}   | parameters.priority | expected an integer and found 1.5
        {"parameters":{"priority":"1"}}   | parameters.priority | expected an integer and found "1"
        {"parameters":{"priority":null}}  | parameters.priority | expected an integer and found null
        {"parameters":{"sequence_id":"s"}} | parameters.sequence_id | sequences are not supported
        {"parameters":{"sequence_start":true}} | parameters.sequence_start | sequences are not supported
        {"parameters":{"sequence_end":false}} | parameters.sequence_end | sequences are not supported
        {"parameters":{"sequence_id":7}}  | parameters.sequence_id | sequences are not supported
        {"parameters":{"sequence_id":true}} | parameters.sequence_id | expected an integer and found true
        {"parameters":{"timeout":1,"timeout":2}} | parameters.timeout | given twice
        {"parameters":{"priority":1,"a":1,"a":1,"priority":1}} | parameters.priority | given twice
        {"parameters":{"binary_data_output":true,"binary_data_output":true}} | parameters.binary_data_output | given twice
        {"parameters":{"timing":true,"timing":true}} | parameters.timing | given twice
        {"parameters":{"timing":1}}       | parameters.timing  | expected true or false and found 1 at byte 25
        {"parameters":{"sequence_id":0,"sequence_id":""}} | parameters.sequence_id | given twice
        {"outputs":[{"name":"y"},5]}       | outputs[1]         | expected '{' and found 5 at byte 26
        {"outputs":[{"name":5}]}           | outputs[0]         | expected a string in double quotes and found 5 at byte 21
        {"outputs":[{"name":"y","name":"y"}]} | outputs[0].name | given twice
        {"outputs":[{"parameters":{},"parameters":{}}]} | outputs[0].parameters | given twice
        {"outputs":[{"parameters":{"binary_data":true,"binary_data":true}}]} | outputs[0].parameters.binary_data | given twice
        {"outputs":[{"parameters":{"classification":1,"classification":1}}]} | outputs[0].parameters.classification | given twice
        """)
    void saysWhatIsWrongWithTheBody(String body, String field, String reason) {
        assertEquals(new InvalidRequest(field, reason), Decoding.refusal(Decoding.ROWS, body));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ,"outputs":[{"name":"y"},{"name":"w"}] | outputs[1].name | the model has no output "w"; its outputs are [y, z]
        ,"outputs":[{"name":"y"},{"name":"y"}] | outputs[1].name | output "y" is given twice
        }                                      | body | unexpected text after the end of the JSON value, at byte 73
        """)
    void saysWhatIsWrongBehindTheInputs(String rest, String field, String reason) {
        assertEquals(
                new InvalidRequest(field, reason),
                Decoding.refusal(Decoding.ROWS, "{\"inputs\":[" + X + "]" + rest + "}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "name":"w","datatype":"FP32","shape":[1,3],"data":[1,2,3] | .name | the model has no input "w"; its inputs are [x]
        "name":"x","datatype":"FP64","shape":[1,3],"data":[1,2,3] | .datatype | input "x" expects FP32 and got FP64
        "name":"x","datatype":"fp32","shape":[1,3],"data":[1,2,3] | .datatype | unknown datatype "fp32"; known are [BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES]
        "name":"x","datatype":"FP32","shape":[3],"data":[1,2,3]   | .shape | input "x" expects [-1,3] (-1 is any) and got [3]
        "name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4] | .shape | input "x" expects [-1,3] (-1 is any) and got [1,4]
        "name":"x","datatype":"FP32","shape":[-1,3],"data":[1,2,3] | .shape[0] | -1 is outside the range 0 to 9223372036854775807
        "name":"x","datatype":"FP32","shape":[1.0,3],"data":[1,2,3] | .shape[0] | expected an integer and found 1.0
        "name":"x","datatype":"FP32","shape":"13","data":[1,2,3]   | .shape | expected '[' and found "13" at byte 50
        "name":"x","datatype":"FP32","shape":[16,1152921504606846978],"data":[1] | .shape | input "x" expects [-1,3] (-1 is any) and got [16,1152921504606846978]
        "name":"x","datatype":"FP32","shape":[1000000,3],"data":[1] | .data | the shape [1000000,3] needs 3000000 elements, and the data has fewer
        "datatype":"FP32","shape":[1,3],"data":[1,2,3] | | the member "name" is missing
        "name":"x","shape":[1,3],"data":[1,2,3]        | | the member "datatype" is missing
        "name":"x","datatype":"FP32","data":[1,2,3]    | | the member "shape" is missing
        "name":"x","datatype":"FP32","shape":[1,3]     | | the member "data" is missing
        "name":"x","name":"x"                           | .name | given twice
        "datatype":"FP32","datatype":"FP32"             | .datatype | given twice
        "shape":[1],"shape":[1]                         | .shape | given twice
        "data":[1],"data":[1]                           | .data | given twice
        "parameters":{},"parameters":{}                 | .parameters | given twice
        "parameters":{"binary_data_size":1,"binary_data_size":1} | .parameters.binary_data_size | given twice
        "name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3],"data":[1,2,3] | .data | given twice
        """)
    void saysWhatIsWrongWithAnInput(String members, String member, String reason) {
        String field = "inputs[0]" + (member == null ? "" : member);
        assertEquals(
                new InvalidRequest(field, reason), Decoding.refusal(Decoding.ROWS, "{\"inputs\":[{" + members + "}]}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [2,3] | [1,2,3,4,5]           | .data    | the shape [2,3] needs 6 elements, and the data has 5
        [1,3] | []                    | .data    | the shape [1,3] needs 3 elements, and the data has 0
        [2,3] | [1,2,3,4,5,6,7]       | .data[6] | more elements than the shape has room for (6)
        [0,3] | [1]                   | .data[0] | more elements than the shape has room for (0)
        [2,3] | [[1,2,3],[4,5]]       | .data    | axis 1 of the shape [2,3] needs 3, and the data has 2
        [2,3] | [[1,2,3],[4,5,6,7]]   | .data[6] | more elements than the shape has room for (3)
        [2,3] | [[1,2,3]]             | .data    | axis 0 of the shape [2,3] needs 2, and the data has 1
        [2,3] | [[1,2,3],[4,5,6],[7]] | .data    | axis 0 of the shape [2,3] needs 2, and the data has 3
        [2,3] | [[],[]]               | .data    | axis 1 of the shape [2,3] needs 3, and the data has 0
        [2,3] | [[1,2,3],4,5,6]       | .data    | not nested as the shape [2,3] says, at element 3
        [2,3] | [1,2,3,[4,5,6]]       | .data[3] | expected a number and found [4 at byte 70
        [2,3] | [[[1,2,3],[4,5,6]]]   | .data[0] | expected a number and found [1 at byte 65
        [2,3] | [[1,2,[3]],[4,5,6]]   | .data[2] | expected a number and found [3 at byte 69
        [1,3] | 5                     | .data | expected an array and found 5 at byte 63
        [2,3] | {"0":1}               | .data | expected an array and found {"0" at byte 63
        [1,3] | "AAAA"                | .data | expected an array and found "AAAA" at byte 63
        [2,3] | [1,2,x,4,5,6]         | .data[2] | expected a number and found x at byte 68
        [2,3] | [1,2,1e39,4,5,6]      | .data[2] | 1e39 is too large for FP32
        [2,3] | [1,2,null,4,5,6]      | .data[2] | expected a number and found null at byte 68
        [2,3] | [1 2,3,4,5,6]         | .data[1] | expected ',' or ']' and found 2 at byte 66
        """)
    void saysWhatIsWrongWithTheData(String shape, String data, String where, String reason) {
        assertEquals(
                new InvalidRequest("inputs[0]" + where, reason),
                Decoding.refusal(Decoding.ROWS, Decoding.body(DataType.FP32, shape, data)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        BOOL   | [1]     | [1]          | .data[0] | expected true or false and found 1 at byte 62
        BOOL   | [1]     | ["true"]     | .data[0] | expected true or false and found "true" at byte 62
        UINT8  | [2]     | [1,256]      | .data[1] | 256 is outside the range 0 to 255
        UINT8  | [1]     | [-1]         | .data[0] | -1 is outside the range 0 to 255
        INT8   | [1]     | [128]        | .data[0] | 128 is outside the range -128 to 127
        INT16  | [1]     | [-32769]     | .data[0] | -32769 is outside the range -32768 to 32767
        UINT16 | [1]     | [65536]      | .data[0] | 65536 is outside the range 0 to 65535
        INT32  | [1]     | [2147483648] | .data[0] | 2147483648 is outside the range -2147483648 to 2147483647
        UINT32 | [1]     | [4294967296] | .data[0] | 4294967296 is outside the range 0 to 4294967295
        INT64  | [1]     | [1.0]        | .data[0] | expected an integer and found 1.0
        UINT64 | [1]     | [18446744073709551616] | .data[0] | 18446744073709551616 is outside the range 0 to 18446744073709551615
        BYTES  | [1]     | [1]          | .data[0] | expected a string in double quotes and found 1 at byte 63
        BYTES  | [2]     | ["a","\\x"]  | .data[1] | an unknown escape in a string, at byte 68
        BYTES  | [1]     | ["a"         | .data[1] | expected ',' or ']' and found } at byte 66
        BYTES  | [1]     | ["a","b"]    | .data[1] | more elements than the shape has room for (1)
        """)
    void saysWhichElementIsNotOfTheType(DataType type, String shape, String data, String where, String reason) {
        assertEquals(
                new InvalidRequest("inputs[0]" + where, reason),
                Decoding.refusal(Decoding.one(type, 1), Decoding.body(type, shape, data)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FP16", "BF16"})
    void sayThatHalfFloatsHaveNoJsonForm(DataType type) {
        InvalidRequest error = Decoding.refusal(Decoding.one(type, 1), Decoding.body(type, "[1]", "[1]"));
        assertEquals("inputs[0].data[0]", error.field());
        assertTrue(error.reason().startsWith(type + " has no JSON form"), error.reason());
    }

    /** Wherever it is cut, and however many elements are missing. */
    @ParameterizedTest
    @ValueSource(strings = {"[1,3]", "[100,3]"})
    void saysThatTheTextEndsTooEarlyInsideTheData(String shape) {
        String whole = Decoding.body(DataType.FP32, shape, "[0.5, 1");
        String cut = whole.substring(0, whole.indexOf("[0.5") + 5);
        InvalidRequest error = Decoding.refusal(Decoding.ROWS, cut);
        assertTrue(error.field().startsWith("inputs[0].data"), error.field());
        assertTrue(error.reason().startsWith("the JSON text ends too early: expected "), error.reason());
        assertTrue(error.reason().endsWith(" at byte " + (1 + cut.length())), error.reason());
    }

    @Test
    void aScalarIsNotNested() {
        assertEquals(
                new InvalidRequest("inputs[0].data", "nested deeper than the shape []"),
                Decoding.refusal(Decoding.one(DataType.FP32, 0), Decoding.body(DataType.FP32, "[]", "[[1]]")));
    }

    @Test
    void rowsMustAgree() {
        String a = Decoding.input("a", "INT64", "[2]", "[1,2]");
        String b = Decoding.input("b", "BYTES", "[1,2]", "[\"p\",\"q\"]");
        assertEquals(
                new InvalidRequest("inputs", "axis 0 counts rows and must agree: \"a\" has 2 and \"b\" has 1"),
                Decoding.refusal(Decoding.THREE, Decoding.body(a, b)));
    }

    @Test
    void inputsMustBeThereOnce() {
        String a = Decoding.input("a", "INT64", "[1]", "[1]");
        assertEquals(
                new InvalidRequest("inputs", "input \"b\" is missing"),
                Decoding.refusal(Decoding.THREE, Decoding.body(a)));
        assertEquals(
                new InvalidRequest("inputs", "input \"a\" is given twice"),
                Decoding.refusal(Decoding.THREE, Decoding.body(a, a)));
    }

    @Test
    void refusesAShapeOfTooManyDimensions() {
        String shape = "[" + "1,".repeat(32) + "1]";
        assertEquals(
                new InvalidRequest("inputs[0].shape", "more than 32 dimensions"),
                Decoding.refusal(Decoding.ROWS, Decoding.body(DataType.FP32, shape, "[1]")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":%s}]}",
                "{\"inputs\":[{\"data\":%s,\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3]}]}",
                "{\"unknown\":%s}",
                "{\"inputs\":[{\"parameters\":%s}]}",
                "{\"inputs\":[{\"shape\":%s}]}",
                "{\"inputs\":%s}",
                "{\"parameters\":{\"a\":%s}}",
                "{\"outputs\":[{\"a\":%s}]}",
                "%s"
            })
    void survivesBottomlessNesting(String body) {
        for (String bracket : new String[] {"[", "{\"a\":"}) {
            Decoding.refusal(Decoding.ROWS, body.replace("%s", bracket.repeat(250_000)));
        }
    }

    /** They cost a client nothing to send. */
    @Test
    void rowsWithoutElementsAreFew() {
        Signature open = Decoding.batched(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
        assertEquals(
                1024,
                Decoding.decode(open, Decoding.body(DataType.FP32, "[1024,0]", "[]"))
                        .rows());
        assertEquals(
                new InvalidRequest("inputs", "1025 rows without elements are more than the 1024 of one request"),
                Decoding.refusal(open, Decoding.body(DataType.FP32, "[1025,0]", "[]")));
    }
}
