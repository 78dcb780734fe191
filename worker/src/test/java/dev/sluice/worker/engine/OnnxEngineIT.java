package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEngineIT {

    @TempDir
    Path folder = Path.of(".");

    @Test
    void namesItself() {
        assertEquals("onnxruntime", TestModels.engine().name());
        assertEquals("1.21.1", TestModels.engine().version());
    }

    @Test
    void aSignatureIsReadFromTheModel() throws ModelLoadException {
        try (LoadedModel add = TestModels.load("add")) {
            Shape rows = new Shape(-1, 3);
            List<String> names = List.of("rows", "");
            List<TensorSpec> inputs = List.of(
                    new TensorSpec("a", DataType.FP32, rows, false, names),
                    new TensorSpec("b", DataType.FP32, rows, false, names));
            List<TensorSpec> outputs = List.of(
                    new TensorSpec("sum", DataType.FP32, rows, false, names),
                    new TensorSpec("minus_a", DataType.FP32, rows, false, List.of("other_rows", "")));

            assertEquals(new Signature(inputs, outputs, true), add.signature());
            assertEquals(List.of("red", "green", "blue"), add.labels());
            assertEquals("onnxruntime_onnx", add.platform());
        }
    }

    @Test
    void inputsThatNameTheirRowsDifferentlyCannotBeBatched() throws ModelLoadException {
        assertFalse(isBatched("rows_disagree"));
    }

    @Test
    void fixedAndMissingAxesCannotBeBatched() throws ModelLoadException {
        assertFalse(isBatched("reshape"));
        assertFalse(isBatched("string_scalar"));
    }

    @Test
    void optionalInputsAreMarkedAndNeverBatched() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("optional_inputs")) {
            Signature signature = model.signature();

            assertFalse(signature.batched());
            assertEquals(10, signature.inputs().size());
            assertFalse(signature.inputs().getFirst().optional());
            assertTrue(signature.inputs().stream().skip(1).allMatch(TensorSpec::optional));
        }
    }

    @Test
    void severalThreadsPerCallGiveTheSameAnswer() throws ModelLoadException {
        try (LoadedModel add = TestModels.engine().load(TestModels.file("add.onnx"), new EngineOptions(2))) {
            var a = TestTensors.floats("a", new Shape(1, 3), 1, 2, 3);
            var b = TestTensors.floats("b", new Shape(1, 3), 1, 2, 3);
            var sum = TestModels.run(add, List.of(a, b), List.of("sum")).getFirst();

            assertEquals(TestTensors.floats("sum", new Shape(1, 3), 2, 4, 6).data(), sum.data());
        }
    }

    @Test
    void whatItsOwnerDeclaresIsHeldAgainstTheModel() throws ModelLoadException {
        Signature own;
        try (LoadedModel add = TestModels.load("add")) {
            own = add.signature();
        }
        Path file = TestModels.file("add.onnx");
        Signature other = new Signature(own.outputs(), own.outputs(), own.batched());
        try (LoadedModel declared = TestModels.engine().load(file, new EngineOptions(1, Placement.CPU, own))) {
            assertEquals(own, declared.signature());
        }
        assertThrows(
                ModelLoadException.class,
                () -> TestModels.engine().load(file, new EngineOptions(1, Placement.CPU, other)));
    }

    @Test
    void itsArraysLoadNoSecondEngine() {
        assertEquals("onnxruntime", TestModels.engine().name());
        assertNull(ai.djl.engine.Engine.getEngine("OnnxRuntime").getAlternativeEngine());
        assertTrue(Boolean.getBoolean("ai.djl.onnx.disable_alternative"), "whichever engines are there");
    }

    @Test
    void modelsThatCannotBeServedAreRefusedWithTheReason() {
        assertRefused("its input s is not a tensor", TestModels.file("sequence_input.onnx"));
        assertRefused("none of its outputs is a tensor", TestModels.file("sequence_output.onnx"));
        assertRefused("these inputs have no shape, not even a rank: [x]", TestModels.file("shapeless_input.onnx"));
    }

    @Test
    void filesThatAreNoModelsAreRefusedWithTheReason() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "this is no model");
        byte[] whole = Files.readAllBytes(TestModels.file("add.onnx"));
        Path half = Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2));
        Path empty = Files.createFile(folder.resolve("empty.onnx"));

        assertRefused("this is not an ONNX model, or not all of one", broken);
        assertRefused("this is not an ONNX model, or not all of one", half);
        assertRefused("ONNX Runtime cannot load it", empty);
        assertRefused("there is no such file", folder.resolve("none.onnx"));
        assertRefused("cannot be read", folder);
    }

    private static boolean isBatched(String name) throws ModelLoadException {
        try (LoadedModel model = TestModels.load(name)) {
            return model.signature().batched();
        }
    }

    private static void assertRefused(String reason, Path file) {
        var refused =
                assertThrows(ModelLoadException.class, () -> TestModels.engine().load(file, new EngineOptions(1)));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith(file + ": " + reason), message);
    }
}
