package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelIT {

    private static final Tensor A = TestTensors.floats("a", new Shape(1, 3), 1, 2, 3);
    private static final Tensor B = TestTensors.floats("b", new Shape(1, 3), 10, 20, 30);

    private LoadedModel add = assertDoesNotThrow(() -> TestModels.load("add"));

    @BeforeEach
    void load() throws ModelLoadException {
        add.close();
        add = TestModels.load("add");
    }

    @AfterEach
    void close() {
        add.close();
    }

    @Test
    void outputsComeInTheOrderAsked() {
        List<Tensor> outputs = TestModels.run(add, List.of(B, A), List.of("minus_a", "sum"));

        assertEquals(
                List.of("minus_a", "sum"), outputs.stream().map(Tensor::name).toList());
        assertArrayEquals(new float[] {-1, -2, -3}, TestTensors.floats(outputs.get(0)));
        assertArrayEquals(new float[] {11, 22, 33}, TestTensors.floats(outputs.get(1)));
    }

    @Test
    void onlyTheOutputsAskedForCome() {
        assertEquals(1, TestModels.run(add, List.of(A, B), List.of("minus_a")).size());
    }

    @Test
    void outputsBelongToTheGarbageCollector() {
        Tensor sum = sum(A, B);

        assertFalse(sum.data().isDirect());
        assertEquals(ByteOrder.LITTLE_ENDIAN, sum.data().order());
        assertEquals(new Shape(1, 3), sum.shape());
        assertEquals(DataType.FP32, sum.dataType());
    }

    @Test
    void aHeapBufferIsCopied() {
        ByteBuffer heap = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        heap.putFloat(4).putFloat(5).putFloat(6).flip();

        Tensor sum = sum(new Tensor("a", DataType.FP32, new Shape(1, 3), heap), B);

        assertArrayEquals(new float[] {14, 25, 36}, TestTensors.floats(sum));
    }

    @Test
    void dataStartsAtThePositionOfTheBuffer() {
        Tensor rows = TestTensors.floats("a", new Shape(3, 3), 0, 0, 0, 7, 8, 9, 0, 0, 0);
        Tensor view = rows.view(1, 12, 12);
        Tensor shifted = new Tensor(
                "a", DataType.FP32, new Shape(1, 3), rows.data().duplicate().order(ByteOrder.LITTLE_ENDIAN));
        shifted.data().position(12).limit(24);

        assertArrayEquals(new float[] {17, 28, 39}, TestTensors.floats(sum(view, B)));
        assertArrayEquals(new float[] {17, 28, 39}, TestTensors.floats(sum(shifted, B)));
        assertEquals(12, shifted.data().position());
    }

    @Test
    void dataNeedNotBeAligned() {
        ByteBuffer memory = TestTensors.memory(13).position(1);
        memory.putFloat(1).putFloat(1).putFloat(1).position(1);

        Tensor sum = sum(new Tensor("a", DataType.FP32, new Shape(1, 3), memory), B);

        assertArrayEquals(new float[] {11, 21, 31}, TestTensors.floats(sum));
    }

    @Test
    void noRowsGiveNoRows() {
        Tensor none = sum(TestTensors.floats("a", new Shape(0, 3)), TestTensors.floats("b", new Shape(0, 3)));

        assertEquals(new Shape(0, 3), none.shape());
        assertEquals(0, none.byteCount());
    }

    @Test
    void aShapeThatDoesNotFitIsTheRequestsFault() {
        String reason = refusal(add, TestTensors.floats("a", new Shape(1, 2), 1, 2), B);

        assertTrue(reason.startsWith("Got invalid dimensions for input: a"), reason);
        assertTrue(reason.endsWith("index: 1 Got: 2 Expected: 3"), reason);
    }

    @Test
    void aTypeThatDoesNotFitIsTheRequestsFault() {
        String reason = refusal(add, TestTensors.longs("a", DataType.INT64, new Shape(1, 3), 1, 2, 3), B);

        assertTrue(reason.contains("Unexpected input data type"), reason);
    }

    @Test
    void anInputGivenTwiceIsTheRequestsFault() {
        assertEquals("input a is given twice", refusal(add, A, A));
    }

    @Test
    void aValueThatDoesNotFitIsTheRequestsFault() throws ModelLoadException {
        try (LoadedModel gather = TestModels.load("gather")) {
            Tensor tooBig = TestTensors.longs("x", DataType.INT64, new Shape(1), 9);
            String reason = refusal(gather, tooBig);

            assertEquals("indices element out of data bounds, idx=9 must be within the inclusive range [-3,2]", reason);
        }
    }

    @Test
    void anythingElseIsTheEnginesFault() {
        assertThrows(EngineRunException.class, () -> TestModels.run(add, List.of(A), List.of("sum")));
        assertThrows(EngineRunException.class, () -> TestModels.run(add, List.of(A, B), List.of("no such output")));
    }

    @Test
    void aClosedModelSaysSo() {
        add.close();
        add.close();

        var failure = assertThrows(EngineRunException.class, () -> sum(A, B));

        assertInstanceOf(IllegalStateException.class, failure.getCause());
        assertTrue(String.valueOf(failure.getMessage()).contains("the model is closed"), failure.getMessage());
    }

    @Test
    void optionalInputsHaveTheirDefaults() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("optional_inputs")) {
            Tensor x = TestTensors.floats("x", new Shape(1), 5);
            List<String> names = List.of("y", "same_floats", "same_huge", "same_words");
            Tensor floats = TestTensors.floats("floats", new Shape(2), 8, 9);

            List<Tensor> without = TestModels.run(model, List.of(x), names);
            List<Tensor> with = TestModels.run(model, List.of(floats, x), names);

            assertArrayEquals(new float[] {105}, TestTensors.floats(without.get(0)));
            assertArrayEquals(new float[] {1.5f, -2.5f}, TestTensors.floats(without.get(1)));
            assertArrayEquals(new long[] {-1}, TestTensors.longs(without.get(2)));
            assertEquals(DataType.UINT64, without.get(2).dataType());
            assertArrayEquals(new String[] {"", "w\u00f6rd"}, ByteStrings.decode(without.get(3)));
            assertArrayEquals(new float[] {8, 9}, TestTensors.floats(with.get(1)));
        }
    }

    @Test
    void optionalInputsAndWeightsOutsideTheFileGoTogether() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("external")) {
            List<Tensor> inputs = List.of(TestTensors.floats("x", new Shape(3), 0, 0, 0));

            assertArrayEquals(
                    new float[] {1001, 1002, 1003},
                    TestTensors.floats(
                            TestModels.run(model, inputs, List.of("y")).getFirst()));
        }
    }

    /** Would end this process otherwise, for the engine maps the file of weights into memory. */
    @Test
    void weightsOutsideTheFileMayChangeUnderWhatIsLoaded(@TempDir Path folder) throws Exception {
        Path file = Files.copy(TestModels.file("external.onnx"), folder.resolve("model.onnx"));
        Path weights = Files.copy(TestModels.file("external.bin"), folder.resolve("external.bin"));
        try (LoadedModel model = TestModels.engine().load(file, new EngineOptions(1))) {
            Files.write(weights, new byte[(int) Files.size(weights)]);
            Files.write(weights, new byte[0]);
            List<Tensor> inputs = List.of(TestTensors.floats("x", new Shape(3), 0, 0, 0));
            assertArrayEquals(
                    new float[] {1001, 1002, 1003},
                    TestTensors.floats(
                            TestModels.run(model, inputs, List.of("y")).getFirst()));
        }
    }

    @Test
    void stringsOfAnyRankGoThrough() throws ModelLoadException {
        Tensor scalar = TestTensors.strings("x", Shape.SCALAR, "a\u0000\ud83d\ude00");
        Tensor matrix = TestTensors.strings("x", new Shape(2, 2), "", "b", "c", "d");
        Tensor empty = TestTensors.strings("x", new Shape(0, 2));

        assertEquals(scalar.data(), same("string_scalar", scalar).data());
        assertEquals(matrix.data(), same("string_any", matrix).data());
        assertEquals(empty.shape(), same("string_any", empty).shape());
    }

    @Test
    void unsignedIntegersKeepAllTheirBits() throws ModelLoadException {
        Tensor values = TestTensors.longs("x", DataType.UINT64, new Shape(1, 3), -1, 0, Long.MIN_VALUE);
        Tensor empty = TestTensors.longs("x", DataType.UINT64, new Shape(0, 3));

        assertEquals(values.data(), same("uint64_any", values).data());
        assertEquals(DataType.UINT64, same("uint64_any", values).dataType());
        assertEquals(empty.shape(), same("uint64_any", empty).shape());
    }

    private static Tensor same(String model, Tensor x) throws ModelLoadException {
        try (LoadedModel identity = TestModels.load(model)) {
            Tensor y = TestModels.run(identity, List.of(x), List.of("y")).getFirst();
            assertEquals(x.shape(), y.shape());
            return y;
        }
    }

    private Tensor sum(Tensor a, Tensor b) {
        return TestModels.run(add, List.of(a, b), List.of("sum")).getFirst();
    }

    private static String refusal(LoadedModel model, Tensor... inputs) {
        String output = model.signature().outputs().getFirst().name();
        var refused =
                assertThrows(InferenceException.class, () -> TestModels.run(model, List.of(inputs), List.of(output)));
        InvalidRequest error = assertInstanceOf(InvalidRequest.class, refused.error());
        assertEquals("inputs", error.field());
        return error.reason();
    }
}
