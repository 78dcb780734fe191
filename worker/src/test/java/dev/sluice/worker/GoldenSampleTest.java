package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.FakeModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples beside a model, and a model that is asked them. */
class GoldenSampleTest {

    @TempDir
    private Path version;

    private List<GoldenSample> samples(String json) throws IOException {
        Files.createDirectories(version.resolve("golden"));
        Files.writeString(version.resolve("golden/a.json"), json);
        return GoldenSample.of(version.resolve("model.onnx"));
    }

    private static String sample(String datatype, String data, String expected) {
        String tensor = "[{\"name\": \"x\", \"datatype\": \"%s\", \"shape\": [2], \"data\": [%s]}]";
        return "{\"inputs\": " + tensor.formatted(datatype, data) + ", \"outputs\": "
                + tensor.formatted(datatype, expected) + "}";
    }

    @Test
    void withoutAFolderThereAreNone() throws IOException {
        assertEquals(List.of(), GoldenSample.of(version.resolve("model.onnx")));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        GoldenSample sample = samples(sample("FP32", "0.5, -1e3", "1, 2")).getFirst();
        assertEquals("golden/a.json", sample.file());
        Tensor input = sample.inputs().getFirst();
        assertEquals(new Shape(2), input.shape());
        assertEquals(List.of(0.5f, -1000f), ElementMemory.elements(input));
        assertEquals(1e-3, sample.tolerance());
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "BOOL   | true, false",
                "UINT8  | 0, 255",
                "INT8   | -128, 127",
                "UINT16 | 0, 65535",
                "INT16  | -32768, 32767",
                "UINT32 | 0, 4294967295",
                "INT32  | -2147483648, 2147483647",
                "UINT64 | 0, 9223372036854775807",
                "INT64  | -9223372036854775808, 9223372036854775807",
                "FP16   | 0.5, -2.25",
                "BF16   | 0.5, -2.5",
                "FP32   | 0.1, -3.5e20",
                "FP64   | 0.1, -3.5e200",
                "BYTES  | \"\", \"ä and more\"",
            },
            delimiter = '|',
            quoteCharacter = '\'')
    void everyDatatypeIsReadAndComparedWithItself(DataType type, String data) throws IOException {
        GoldenSample sample = samples(sample(type.name(), data, data)).getFirst();
        assertEquals(2, ElementMemory.elements(sample.outputs().getFirst()).size());
        new SelfTest(new FakeModel(inputs -> inputs).newInstance(1, 0)).run(List.of(sample));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.1", "1e999", "\"much\"", "true"})
    void aToleranceThatMeansNothingIsRefused(String tolerance) {
        String json = sample("FP32", "1, 2", "1, 2").replaceFirst("\\{", "{\"tolerance\": " + tolerance + ", ");
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> samples(json));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("golden/a.json") && message.contains("tolerance"), message);
    }

    @Test
    void noToleranceAtAllIsOne() throws IOException {
        String json = sample("FP32", "1, 2", "1, 2").replaceFirst("\\{", "{\"tolerance\": 0, ");
        assertEquals(0, samples(json).getFirst().tolerance());
    }

    @Test
    void anyBlanksOfJsonAreRead() throws IOException {
        String tabs = sample("INT8", "1, 2", "1, 2").replace(" ", "\t").replace("{", "{\r\n\t");
        assertEquals(
                List.of((byte) 1, (byte) 2),
                ElementMemory.elements(samples(tabs).getFirst().inputs().getFirst()));
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8, 300",
        "UINT8, -1",
        "INT8, 128",
        "INT16, -32769",
        "UINT16, 65536",
        "UINT32, -1",
        "UINT32, 4294967296",
        "INT32, 1.7",
        "INT32, 1.0",
        "INT32, 2147483648",
        "INT64, 9223372036854775808",
        "UINT64, 18446744073709551616",
        "FP16, 65520",
        "BF16, 4e38",
        "FP32, -4e38",
        "FP64, 1e400",
        "FP32, null",
        "BYTES, null",
        "BYTES, 1",
        "BOOL, 1"
    })
    void nothingIsMadeToFit(DataType type, String number) throws IOException {
        String message = fault(sample(type.name(), number + ", 0", "0, 0"));
        assertTrue(message.contains("the data of x has ") && message.endsWith(", which is no " + type), message);
    }

    @Test
    void theLargestOfEachSizeFits() throws IOException {
        GoldenSample halves = samples(sample("FP16", "65504, -65519.9", "0, 0")).getFirst();
        assertEquals(
                List.of(65504f, -65504f), ElementMemory.elements(halves.inputs().getFirst()));
        GoldenSample longs =
                samples(sample("UINT64", "18446744073709551615, 0", "0, 0")).getFirst();
        assertEquals(List.of(-1L, 0L), ElementMemory.elements(longs.inputs().getFirst()), "as bits");
    }

    @Test
    void noFileIsTooDeepOrTooLongToBeRefused() throws IOException {
        String deep = "{\"inputs\": " + "[".repeat(100_000);
        assertTrue(fault(deep).startsWith("golden/a.json cannot be understood: "), "nested");
        assertEquals(
                "golden/a.json cannot be understood: it has more than 16 MiB",
                fault(" ".repeat(GoldenSample.MOST_BYTES + 1)));
        assertTrue(fault("{} {}").contains("cannot be understood"), "one value and no more");
    }

    @Test
    void anAnswerThatIsAnotherIsNamed() throws IOException {
        assertEquals(
                "golden/a.json: output x is 2.0 at 1 and should be 2.1 (tolerance 0.001)",
                fault(sample("FP32", "1, 2", "1.0005, 2.1")));
        assertEquals(
                "golden/a.json: output x is 2 at 1 and should be 3 (tolerance 0.001)",
                fault(sample("INT64", "1, 2", "1, 3")));
        assertTrue(fault(sample("FP32", "1, .NaN", "1, .NaN")).contains("cannot be understood"), "no JSON number");
    }

    private String fault(String json) throws IOException {
        SelfTest test = new SelfTest(new FakeModel(inputs -> inputs).newInstance(1, 0));
        RuntimeException refused = assertThrows(RuntimeException.class, () -> test.run(samples(json)));
        return String.valueOf(refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "no json at all {                                   | cannot be understood",
                "[]                                                 | the file is no object",
                "{}                                                 | inputs is no array",
                "{\"inputs\": []}                                   | inputs is empty",
                "{\"inputs\": [1]}                                  | inputs is no object",
                "{\"inputs\": [{\"name\": \"x\"}]}                  | the datatype of x is unknown: null",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\"}]} | the shape of x is no array",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1]}]}"
                        + " | the data of x has 1 elements, its shape 2",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [\"a\"]}]}"
                        + " | the data of x has a, which is no FP32",
            },
            delimiter = '|',
            quoteCharacter = '\'')
    void whatCannotBeUnderstoodIsSaid(String json, String why) {
        Exception refused = assertThrows(IllegalArgumentException.class, () -> samples(json));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("golden/a.json cannot be understood") && message.contains(why), message);
    }
}
