package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = Files.writeString(folder.resolve("model.onnx"), "the model");
    }

    @Test
    void weightsAreCopiedHoweverDeepTheyLieAndTheCopyLeavesNothing() throws IOException {
        Path weights = Path.of("a", "b", "c", "d", "e", "weights.bin");
        Files.createDirectories(folder.resolve(weights).getParent());
        Files.writeString(folder.resolve(weights), "the weights");
        Path copy;
        try (ModelFiles files = ModelFiles.copied(model)) {
            assertNotEquals(model, files.modelFile());
            copy = files.modelFile().resolveSibling(weights);
            assertEquals("the weights", Files.readString(copy));
        }
        assertFalse(Files.exists(copy.getRoot().resolve(copy.subpath(0, copy.getNameCount() - 6))));
    }

    @Test
    void whatCannotBeWalkedIsUsedInPlace() throws IOException {
        Files.createSymbolicLink(folder.resolve("again"), folder);
        assertEquals(ModelFiles.asTheyAre(model), ModelFiles.copied(model));
    }
}
