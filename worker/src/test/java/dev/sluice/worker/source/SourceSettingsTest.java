package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known to be wrong before any source is asked is said then. */
class SourceSettingsTest {

    @TempDir
    private Path folder;

    @Test
    void allThatIsWrongIsSaidAtTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("no-authority.pem"), "hello");
        ModelSources wrong = Fetches.of(file, "allow_files=" + folder.resolve("missing"), "ca_file=" + file);
        List<String> problems =
                assertThrows(SettingsException.class, wrong::check).problems();
        assertEquals(3, problems.size(), problems.toString());
        assertEquals("worker.sources.cache: is no directory (got " + file + ")", problems.getFirst());
        assertTrue(problems.get(1).startsWith("worker.sources.allow_files: is no directory"), problems.toString());
        assertTrue(problems.getLast().startsWith("worker.sources.ca_file " + file), problems.toString());
    }

    @Test
    void aCacheThatIsNoAbsolutePathIsSaidAtTheStart() {
        ModelSources wrong = Fetches.of(Path.of("cache"));
        assertEquals(
                List.of("worker.sources.cache: is no absolute path (got cache)"),
                assertThrows(SettingsException.class, wrong::check).problems());
    }

    @Test
    void whatIsRightIsLeftAsItIs() {
        Fetches.of(folder.resolve("cache"), "allow_files=" + folder).check();
        assertTrue(Files.notExists(folder.resolve("cache")), "nothing is made before it is needed");
    }

    @Test
    void whatIsMissingIsSaidAndNothingIsMadeForThat() throws IOException {
        ModelSources sources = Fetches.of(folder.resolve("cache"), "allow_files=" + folder);
        ModelSource missing = ModelSource.parse("file://" + folder.resolve("none.onnx"));
        assertTrue(sources.missing(missing).orElseThrow().startsWith("there is no file"));
        Path file = Files.writeString(folder.resolve("there.onnx"), "hello");
        assertEquals(Optional.empty(), sources.missing(ModelSource.parse("file://" + file)));
        assertTrue(Files.notExists(folder.resolve("cache")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/m.onnx",
                "https://[::1]/m.onnx",
                "https://169.254.169.254/m.onnx",
                "http://10.1.2.3:8080/m.onnx"
            })
    void anAddressThatMayNotBeAskedIsRefusedWithoutAskingAnybody(String url) {
        ModelSources sources = Fetches.of(folder, "allow_private=false");
        assertTrue(
                sources.objection(ModelSource.parse(url)).orElse("").startsWith("the host "),
                () -> sources.objection(ModelSource.parse(url)).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://2130706433/m.onnx", "https://99999999999/m.onnx", "https://0/m.onnx"})
    void aNumberIsNoHost(String url) {
        ModelSources sources = Fetches.of(folder, "allow_private=true");
        assertTrue(sources.objection(ModelSource.parse(url)).orElse("").endsWith(" is no address"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://8.8.8.8/m.onnx", "https://example.org/m.onnx", "https://10.example.org/m.onnx"})
    void othersAreNot(String url) {
        ModelSources sources = Fetches.of(folder, "allow_private=false");
        assertEquals("", sources.objection(ModelSource.parse(url)).orElse(""));
    }
}
