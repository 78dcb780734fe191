package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelWish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that come from elsewhere, by model.yaml and by an operator's word, stand beside those that lie here. */
class ToldSourcesTest {

    private static final ModelSource STORE = new ModelSource("https://example.org/m.onnx", "");
    private static final ModelSource OTHER = new ModelSource("https://example.org/other.onnx", "");

    @TempDir
    private Path root;

    private List<ModelFolder> found(String yaml, String... versions) throws IOException {
        Path folder = Files.createDirectories(root.resolve("m"));
        Files.writeString(folder.resolve("model.yaml"), yaml);
        for (String version : versions) {
            Files.createDirectories(folder.resolve(version));
        }
        return new ModelRepository(root).scan();
    }

    private List<ModelFolder> told(List<ModelFolder> found, ModelWish... wishes) {
        return ToldSources.added(found, List.of(wishes), root);
    }

    @Test
    void aModelYamlAloneIsAModel() throws IOException {
        ModelFolder folder =
                found("sources:\n  - 2=https://example.org/m.onnx\n").getFirst();
        assertEquals(Set.of(2L), folder.versions().keySet());
        assertEquals(STORE, folder.location(2).source());
        assertFalse(String.valueOf(folder.versions().get(2L)).contains("example"), "secrets may stand there");
    }

    @Test
    void whatLiesHereIsNotFetched() throws IOException {
        List<ModelFolder> found = found("sources: [1=https://example.org/m.onnx, 2=https://example.org/m.onnx]", "1");
        ModelFolder folder = told(found, ModelWish.none("m").sourced(1, OTHER).sourced(2, OTHER))
                .getFirst();
        assertNull(folder.location(1).source());
        assertEquals(OTHER, folder.location(2).source(), "an operator's word goes first");
    }

    @Test
    void anOperatorsWordNeedsNoFolder() {
        ModelFolder folder =
                told(List.of(), ModelWish.none("n").sourced(7, STORE)).getFirst();
        assertEquals(STORE, folder.location(7).source());
        assertEquals(root.resolve("n/model.yaml"), folder.location(7).configFile());
        assertEquals(
                List.of("cpu"), folder.groups().stream().map(GroupConfig::name).toList());
        assertTrue(told(List.of(), ModelWish.none("n")).isEmpty());
    }

    @Test
    void anotherSourceIsAnotherVersionOfItAndANewOneIsNot() throws IOException {
        Fingerprint first = found("sources: [1=https://example.org/m.onnx]")
                .getFirst()
                .versions()
                .get(1L);
        assertEquals(
                first,
                found("sources: [1=https://example.org/m.onnx, 2=https://example.org/n.onnx]")
                        .getFirst()
                        .versions()
                        .get(1L));
        assertNotEquals(
                first,
                found("sources: [1=https://example.org/n.onnx]")
                        .getFirst()
                        .versions()
                        .get(1L));
        assertNotEquals(
                first,
                found("{max_batch_rows: 2, sources: [1=https://example.org/m.onnx]}")
                        .getFirst()
                        .versions()
                        .get(1L));
    }

    @Test
    void sourcesCountWhenTheirFileStandsStill() throws IOException {
        List<ModelFolder> found = found("sources: [1=https://example.org/m.onnx]");
        SettledFolders settled =
                new SettledFolders(Duration.ofMinutes(1), () -> Instant.now().plusSeconds(3600));
        settled.first(List.of());
        assertTrue(settled.after(found).isEmpty());
        assertEquals(STORE, settled.after(found).getFirst().location(1).source());
    }
}
