package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.CodedOutputStream;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That answers are the same is tested with all real models in {@link OnnxVectorsIT}. */
class OptimizedModelsIT {

    @TempDir
    private Path temporary;

    private Path cache;
    private Path file;
    private Engine engine;

    @BeforeEach
    void make() throws IOException {
        cache = temporary.resolve("optimized");
        Path version = Files.createDirectory(temporary.resolve("1"));
        file = Files.copy(TestModels.file("add.onnx"), version.resolve("model.onnx"));
        engine = engine(1 << 20);
    }

    private Engine engine(long mostBytes) {
        return new OnnxEngine(Optional.of(new OptimizedFiles(cache, mostBytes)));
    }

    private boolean opensAsBefore() throws ModelLoadException {
        return opensAsBefore(engine, file);
    }

    private static boolean opensAsBefore(Engine engine, Path file) throws ModelLoadException {
        try (LoadedModel model = engine.load(file, new EngineOptions(1))) {
            return model.optimizedBefore();
        }
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> folders = Files.list(cache)) {
            return folders.toList();
        }
    }

    @Test
    void whatWasLoadedOnceIsOpenedAsItWasOptimisedByEveryServerAndFromEveryPlace() throws Exception {
        assertFalse(opensAsBefore());
        assertTrue(opensAsBefore());
        assertTrue(opensAsBefore(engine(1 << 20), file));
        Path elsewhere = Files.createDirectory(temporary.resolve("2"));
        assertTrue(opensAsBefore(engine, Files.copy(file, elsewhere.resolve("model.onnx"))));
        try (LoadedModel model = engine.load(file, new EngineOptions(2))) {
            assertTrue(model.optimizedBefore(), "its threads say nothing of what is to be computed");
        }
        assertEquals(1, kept().size());
    }

    @Test
    void anotherModelInTheSamePlaceIsAnother() throws Exception {
        opensAsBefore();
        Files.write(file, Files.readAllBytes(TestModels.file("twice.onnx")));
        assertFalse(opensAsBefore());
        assertTrue(opensAsBefore());
        assertEquals(2, kept().size());
    }

    @Test
    void weightsBesideAModelArePartOfIt() throws Exception {
        Files.copy(TestModels.file("external.onnx"), file, StandardCopyOption.REPLACE_EXISTING);
        Path weights = Files.copy(TestModels.file("external.bin"), file.resolveSibling("external.bin"));
        Path others = temporary.resolve("others.bin");
        byte[] bytes = Files.readAllBytes(weights);
        assertFalse(opensAsBefore());
        assertArrayEquals(new float[] {1001, 1002, 1003}, y(true));
        bytes[bytes.length - 1] ^= (byte) 0x80; // the sign of the last
        Files.move(Files.write(others, bytes), weights, StandardCopyOption.REPLACE_EXISTING);
        float[] changed = y(false);
        assertFalse(changed[2] == 1003, "the weights are others");
        assertArrayEquals(changed, y(true));
    }

    private float[] y(boolean asBefore) throws ModelLoadException {
        try (LoadedModel model = engine.load(file, new EngineOptions(1))) {
            assertEquals(asBefore, model.optimizedBefore());
            return TestTensors.floats(
                    TestModels.run(model, List.of(TestTensors.floats("x", new Shape(3), 0, 0, 0)), List.of("y"))
                            .getFirst());
        }
    }

    @Test
    void inputsWithDefaultsKeepThem() throws Exception {
        Path optional = TestModels.file("optional_inputs.onnx");
        assertFalse(opensAsBefore(engine, optional));
        try (LoadedModel model = engine.load(optional, new EngineOptions(1));
                LoadedModel asItIs = TestModels.load("optional_inputs")) {
            assertTrue(model.optimizedBefore());
            assertEquals(asItIs.signature(), model.signature());
        }
    }

    private void breakIt() throws IOException {
        Files.writeString(kept().getFirst().resolve("model.onnx"), "no model");
    }

    @Test
    void whatIsBrokenIsWrittenOnceMoreAndThenTheModelOpenedAsItIs() throws Exception {
        opensAsBefore();
        breakIt();
        assertFalse(opensAsBefore());
        assertTrue(opensAsBefore(), "it was written again");
        breakIt();
        assertFalse(opensAsBefore());
        breakIt();
        assertFalse(opensAsBefore());
        assertEquals(List.of(), kept(), "it is broken whenever it was written");
        assertFalse(opensAsBefore(), "who has met it broken so often does not try that again");
        assertFalse(opensAsBefore(engine(1 << 20), file));
        assertTrue(opensAsBefore(engine(1 << 20), file));
    }

    @Test
    void whatFailsAfterASessionIsMadeLeavesNone() throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OptimizedModels models = new OptimizedModels(environment, new OptimizedFiles(cache, 1 << 20));
        FileSystem archive = FileSystems.newFileSystem(temporary.resolve("a.zip"), Map.of("create", "true"));
        Path within = Files.copy(file, archive.getPath("model.onnx"));
        AtomicReference<OrtSession> made = new AtomicReference<>();
        OptimizedModels.Original original = new OptimizedModels.Original(within, false, settings -> {
            made.set(environment.createSession(file.toString(), settings));
            archive.close(); // so that its digest cannot be read a second time
            return made.get();
        });
        assertThrows(ClosedFileSystemException.class, () -> models.open(original, new EngineOptions(1)));
        assertThrows(IllegalStateException.class, () -> made.get().getInputInfo(), "it is closed");
        assertEquals(List.of(), kept());
    }

    @Test
    void weightsOfALargeModelAreWrittenBesideItsGraph() throws Exception {
        engine = engine(1 << 30);
        float[] ones = new float[3 << 20];
        Arrays.fill(ones, 1);
        Files.write(file, plus(ones));
        for (boolean before : List.of(false, true)) {
            try (LoadedModel model = engine.load(file, new EngineOptions(1))) {
                assertEquals(before, model.optimizedBefore());
                Tensor x = TestTensors.floats("x", new Shape(ones.length), new float[ones.length]);
                assertArrayEquals(
                        ones,
                        TestTensors.floats(
                                TestModels.run(model, List.of(x), List.of("y")).getFirst()));
            }
        }
        assertEquals(4L * ones.length, Files.size(kept().getFirst().resolve("weights")));
    }

    /** A model that adds those weights. */
    private static byte[] plus(float... weights) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(weights);
        byte[] node = message(text(1, "x"), text(1, "w"), text(2, "y"), text(4, "Add"));
        byte[] tensor = message(number(1, weights.length), number(2, 1), text(8, "w"), part(9, raw.array()));
        byte[] shape = part(2, part(1, number(1, weights.length)));
        byte[] type = part(2, part(1, message(number(1, 1), shape)));
        byte[] graph = message(
                part(1, node),
                text(2, "plus"),
                part(5, tensor),
                part(11, message(text(1, "x"), type)),
                part(12, message(text(1, "y"), type)));
        return message(number(1, 8), part(7, graph), part(8, number(2, 13)));
    }

    private static byte[] message(byte[]... fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] field : fields) {
            bytes.writeBytes(field);
        }
        return bytes.toByteArray();
    }

    private static byte[] text(int field, String text) throws IOException {
        return part(field, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] part(int field, byte[] content) throws IOException {
        byte[] bytes = new byte[CodedOutputStream.computeByteArraySize(field, content)];
        CodedOutputStream.newInstance(bytes).writeByteArray(field, content);
        return bytes;
    }

    private static byte[] number(int field, long number) throws IOException {
        byte[] bytes = new byte[CodedOutputStream.computeInt64Size(field, number)];
        CodedOutputStream.newInstance(bytes).writeInt64(field, number);
        return bytes;
    }

    @Test
    void whereNothingCanBeWrittenModelsAreOpenedAsTheyAre() throws Exception {
        Files.writeString(cache, "in the way");
        assertFalse(opensAsBefore());
        assertFalse(opensAsBefore());
        Files.delete(cache);
        assertFalse(opensAsBefore());
        assertTrue(opensAsBefore(), "as soon as it can be");
    }

    @Test
    void whatHasNoRoomIsOpenedAsItIs() throws Exception {
        engine = engine(10);
        assertFalse(opensAsBefore());
        assertFalse(opensAsBefore());
        assertEquals(List.of(), kept());
    }

    @Test
    void whatIsNoModelIsRefusedAsEver() throws IOException {
        Files.writeString(file, "no model");
        ModelLoadException refused = assertThrows(ModelLoadException.class, this::opensAsBefore);
        assertEquals("this is not an ONNX model, or not all of one", refused.reason());
        assertEquals(List.of(), kept());
    }
}
