package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
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

    @Test
    void whatIsBrokenIsDeletedAndTheModelOpenedAsItIs() throws Exception {
        opensAsBefore();
        Path broken = kept().getFirst();
        Files.writeString(broken.resolve("model.onnx"), "no model");
        assertFalse(opensAsBefore());
        assertEquals(List.of(), kept());
        assertFalse(opensAsBefore(), "who has met it broken does not try that again");
        assertFalse(opensAsBefore(engine(1 << 20), file));
        assertTrue(opensAsBefore(engine(1 << 20), file));
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
