package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {

    private static final Set<String> NAMES =
            Set.of("floats", "doubles", "bytes", "halves", "flags", "longs", "huge", "words", "raw");
    private static final int FLOAT = 1;
    private static final int FLOAT8 = 17;

    @TempDir
    Path folder = Path.of(".");

    @Test
    void initializersThatAreInputsAreOptional() throws IOException {
        assertEquals(
                NAMES, OnnxFile.scan(TestModels.file("optional_inputs.onnx")).optionalInputs());
    }

    @Test
    void otherInitializersAreNot() throws IOException {
        assertEquals(Set.of(), OnnxFile.scan(TestModels.file("gather.onnx")).optionalInputs());
    }

    @Test
    void beforeIrVersion4NoneIs() throws IOException {
        assertEquals(Set.of(), OnnxFile.scan(TestModels.file("ir_3.onnx")).optionalInputs());
    }

    @Test
    void inputsWithoutShapeAreFound() throws IOException {
        assertEquals(
                Set.of("x"),
                OnnxFile.scan(TestModels.file("shapeless_input.onnx")).shapelessInputs());
        assertEquals(
                Set.of(), OnnxFile.scan(TestModels.file("string_scalar.onnx")).shapelessInputs());
        assertEquals(
                Set.of(), OnnxFile.scan(TestModels.file("sequence_input.onnx")).shapelessInputs());
    }

    @Test
    void weightsThatOldExportersListAsInputsAreNotOptional() throws IOException {
        assertEquals(Set.of("w"), OnnxFile.scan(model(FLOAT, 1000, 0)).optionalInputs());
        assertEquals(Set.of(), OnnxFile.scan(model(FLOAT, 1100, 0)).optionalInputs());
    }

    @Test
    void aDefaultMustBeInTheFileAndOfAKnownType() throws IOException {
        assertEquals(Set.of("w"), OnnxFile.scan(model(FLOAT, 1, 0)).optionalInputs());
        assertEquals(Set.of(), OnnxFile.scan(model(FLOAT, 0, 1)).optionalInputs());
        assertEquals(Set.of(), OnnxFile.scan(model(FLOAT8, 1, 0)).optionalInputs());
    }

    @Test
    void whatIsNotProtobufIsLeftToOnnxRuntime() throws IOException {
        Path file = Files.writeString(folder.resolve("broken.onnx"), "\u00ff\u00ff this is no model");

        assertEquals(Set.of(), OnnxFile.scan(file).optionalInputs());
        assertEquals(Set.of(), OnnxFile.scan(file).shapelessInputs());
    }

    @Test
    void aMissingFileIsAnError() {
        assertThrows(NoSuchFileException.class, () -> OnnxFile.scan(folder.resolve("none.onnx")));
    }

    @Test
    void everyWayToStoreADefaultIsRead() throws IOException {
        Map<String, Tensor> defaults = extractAll().defaults();

        assertEquals(NAMES, defaults.keySet());
        assertArrayEquals(new float[] {1.5f, -2.5f}, TestTensors.floats(tensor(defaults, "floats")));
        assertEquals(0.1, tensor(defaults, "doubles").data().getDouble(0));
        assertEquals(bytes(-1, 7), tensor(defaults, "bytes").data());
        assertEquals(
                Float.floatToFloat16(0.5f), tensor(defaults, "halves").data().getShort(0));
        assertEquals(bytes(1, 0), tensor(defaults, "flags").data());
        assertArrayEquals(new long[] {-5}, TestTensors.longs(tensor(defaults, "longs")));
        assertArrayEquals(new long[] {-1}, TestTensors.longs(tensor(defaults, "huge")));
        assertArrayEquals(new String[] {"", "w\u00f6rd"}, ByteStrings.decode(tensor(defaults, "words")));
        assertEquals(
                bytes(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0),
                tensor(defaults, "raw").data());
    }

    @Test
    void defaultsKeepTypeAndShapeAndAreDirect() throws IOException {
        Map<String, Tensor> defaults = extractAll().defaults();

        assertEquals(new Shape(2, 2), tensor(defaults, "raw").shape());
        assertEquals(Shape.SCALAR, tensor(defaults, "huge").shape());
        assertEquals(DataType.UINT64, tensor(defaults, "huge").dataType());
        assertTrue(defaults.values().stream().allMatch(tensor -> tensor.data().isDirect()));
    }

    @Test
    void onlyTheDefaultsAreTakenOutOfTheFile() throws IOException {
        Path rewritten =
                Files.write(folder.resolve("rewritten.onnx"), extractAll().model());
        byte[] before = Files.readAllBytes(TestModels.file("optional_inputs.onnx"));

        assertEquals(Set.of(), OnnxFile.scan(rewritten).optionalInputs());
        assertArrayEquals(before, OptionalInputs.extract(before, Set.of()).model());
        assertFalse(Files.size(rewritten) >= before.length);
    }

    private static OptionalInputs extractAll() throws IOException {
        return OptionalInputs.extract(Files.readAllBytes(TestModels.file("optional_inputs.onnx")), NAMES);
    }

    private static Tensor tensor(Map<String, Tensor> defaults, String name) {
        Tensor tensor = defaults.get(name);
        if (tensor == null) {
            throw new AssertionError("no default for " + name);
        }
        return tensor;
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** A file of IR version 8 whose graph has one input and initializer {@code w}. */
    private Path model(int dataType, int elements, int dataLocation) throws IOException {
        ByteString initializer = message(out -> {
            out.writeInt64(1, elements);
            out.writeInt32(2, dataType);
            out.writeString(8, "w");
            out.writeByteArray(9, new byte[elements * Float.BYTES]);
            out.writeEnum(14, dataLocation);
        });
        ByteString input = message(out -> out.writeString(1, "w"));
        ByteString graph = message(out -> {
            out.writeBytes(5, initializer);
            out.writeBytes(11, input);
        });
        ByteString model = message(out -> {
            out.writeInt64(1, 8);
            out.writeBytes(7, graph);
        });
        return Files.write(folder.resolve("model.onnx"), model.toByteArray());
    }

    @FunctionalInterface
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private static ByteString message(Fields fields) throws IOException {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.writeTo(out);
        out.flush();
        return bytes.toByteString();
    }
}
