package dev.sluice.worker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheFolderTest {

    private static final Map<String, String> XDG = Map.of("XDG_CACHE_HOME", "/x");

    private static Optional<Path> of(String setting, Map<String, String> environment, String home) {
        return CacheFolder.of(setting, "things", environment, home);
    }

    @Test
    void aCacheIsFoundWhereTheSystemHasIt() {
        assertEquals(Optional.of(Path.of("/x/sluice/things")), of("auto", XDG, "/home/u"));
        Optional<Path> inHome = Optional.of(Path.of("/home/u/.cache/sluice/things"));
        assertEquals(inHome, of("auto", Map.of(), "/home/u"));
        assertEquals(inHome, of("auto", Map.of("XDG_CACHE_HOME", "relative"), "/home/u"));
        assertEquals(Optional.empty(), of("auto", Map.of(), "?"));
    }

    @Test
    void aSettingIsAnAbsoluteDirectoryOrNone() {
        assertEquals(Optional.of(Path.of("/var/p")), of("/var/p", XDG, "/home/u"));
        assertEquals(Optional.empty(), of("none", XDG, "/home/u"));
        assertEquals(Optional.empty(), of("somewhere", XDG, "/home/u"));
        assertEquals(Optional.empty(), of("/\0", XDG, "/home/u"));
    }
}
