package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.OutputSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a version's answers beside the model. */
class BaselineFileTest {

    @TempDir
    private Path folder;

    private Path model() {
        return folder.resolve("model.onnx");
    }

    @Test
    void whatIsKeptIsReadAgain() throws IOException {
        assertEquals(List.of(), BaselineFile.of(model()));
        OutputSample scores = new OutputSample("scores", new int[] {2, 0, 1}, new float[] {0.5f, 1e-30f, 0.1f}, 4);
        OutputSample value = new OutputSample("value", new int[0], new float[] {-3}, 0);
        assertNull(BaselineFile.keep(model(), List.of(scores, value)).refusal());
        List<OutputSample> read = BaselineFile.of(model());
        assertEquals("scores", read.getFirst().output());
        assertArrayEquals(scores.classes(), read.getFirst().classes());
        assertArrayEquals(scores.values(), read.getFirst().values());
        assertEquals(4, read.getFirst().notFinite());
        assertArrayEquals(value.values(), read.getLast().values());
        assertEquals(List.of(BaselineFile.NAME), List.of(folder.toFile().list()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"outputs\":{}}",
                "{\"outputs\":[7]}",
                "{\"outputs\":[{\"name\":\"y\"}]}",
                "{\"outputs\":[{\"name\":\"y\",\"classes\":[\"a\"],\"values\":[]}]}",
                "{\"outputs\":[{\"name\":\"y\",\"classes\":[],\"values\":[null]}]}",
                "{\"outputs\":[{\"classes\":[],\"values\":[1]}]}",
                "{\"outputs\":[{\"name\":\"y\",\"classes\":[-1],\"values\":[1]}]}",
                "{\"outputs\":[{\"name\":\"y\",\"classes\":[],\"values\":[1e99]}]}",
            })
    void aBrokenFileIsNamed(String text) throws IOException {
        Files.writeString(folder.resolve(BaselineFile.NAME), text);
        String error = String.valueOf(assertThrows(IllegalArgumentException.class, () -> BaselineFile.of(model()))
                .getMessage());
        assertTrue(error.startsWith("baseline.json"), error);
    }

    @Test
    void aFolderThatCannotBeWrittenIsARefusal() {
        Outcome outcome = BaselineFile.keep(folder.resolve("gone/model.onnx"), List.of());
        assertNotNull(outcome.refusal());
        String message = outcome.refusal().message();
        assertTrue(message.contains("cannot be written") && !message.contains(folder.toString()), message);
    }
}
