package dev.sluice.gateway.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of the keys when their file changes, look by look. */
class KeyFileTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(KeyFile.class);

    @TempDir
    Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Path path;

    @BeforeEach
    void write() throws IOException {
        path = Files.writeString(folder.resolve("keys"), line("a", 1));
        log.start();
        LOGGER.setLevel(Level.INFO);
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(log);
        LOGGER.setLevel(null);
    }

    private static String line(String name, int hash) {
        return name + " " + String.format("%064x", hash) + "\n";
    }

    private static List<String> names(KeyFile file) {
        return file.keys().owners().values().stream().sorted().toList();
    }

    private List<Level> logged() {
        return log.list.stream().map(ILoggingEvent::getLevel).toList();
    }

    @Test
    void aChangeIsTakenUpWhenItHasSettled() throws IOException {
        KeyFile file = KeyFile.read(path);
        Files.writeString(path, line("b", 2));
        file.look();
        assertEquals(List.of("a"), names(file), "somebody may still be writing");
        Files.writeString(path, line("b", 2) + line("c", 3));
        file.look();
        assertEquals(List.of("a"), names(file), "somebody was");
        file.look();
        assertEquals(List.of("b", "c"), names(file));
        file.look();
        assertEquals(List.of(Level.INFO), logged());
    }

    private static KeyHolder holder(KeyFile file, String name, int hash) {
        return new KeyHolder(name, KeyHash.parse(String.format("%064x", hash)).orElseThrow(), file);
    }

    @Test
    void aKeyIsLostByItselfWhateverElseItsNameHas() throws IOException {
        Files.writeString(path, line("a", 1) + line("a", 2) + line("b", 3));
        KeyFile file = KeyFile.read(path);
        KeyHolder leaked = holder(file, "a", 1);
        KeyHolder other = holder(file, "a", 2);
        KeyHolder handedOn = holder(file, "b", 3);
        assertFalse(leaked.hasLostItsKey() || other.hasLostItsKey() || handedOn.hasLostItsKey());
        Files.writeString(path, line("a", 2) + line("a", 3));
        file.look();
        file.look();
        assertTrue(leaked.hasLostItsKey());
        assertFalse(other.hasLostItsKey());
        assertTrue(handedOn.hasLostItsKey(), "it is somebody else's now");
        Files.writeString(path, line("a", 1));
        file.look();
        file.look();
        assertFalse(leaked.hasLostItsKey(), "it is there again");
    }

    @Test
    void aBrokenFileChangesNothingAndIsLoggedOnce() throws IOException {
        KeyFile file = KeyFile.read(path);
        Files.writeString(path, "b cut-off\n");
        for (int look = 0; look < 5; look++) {
            file.look();
        }
        assertEquals(List.of("a"), names(file));
        assertEquals(List.of(Level.ERROR), logged());
        assertTrue(log.list.getFirst().getFormattedMessage().contains(path + ":1: the key of b is no SHA-256"));
        Files.writeString(path, line("b", 2));
        file.look();
        file.look();
        assertEquals(List.of("b"), names(file));
    }

    @Test
    void aFileThatIsGoneChangesNothingEither() throws IOException {
        KeyFile file = KeyFile.read(path);
        Files.delete(path);
        for (int look = 0; look < 5; look++) {
            file.look();
        }
        assertEquals(List.of("a"), names(file));
        assertEquals(List.of(Level.ERROR), logged());
        Files.writeString(path, line("a", 1));
        file.look();
        file.look();
        assertEquals(List.of(Level.ERROR, Level.INFO), logged());
    }

    @Test
    void cannotBeReadAtTheStartIfItIsNotThereOrTooLong() throws IOException {
        Path none = folder.resolve("none");
        SettingsException missing = assertThrows(SettingsException.class, () -> KeyFile.read(none));
        assertTrue(missing.getMessage().startsWith(none + ": cannot be read: "), missing.getMessage());
        Files.writeString(path, "#".repeat(KeyFile.MOST_BYTES + 1));
        SettingsException tooLong = assertThrows(SettingsException.class, () -> KeyFile.read(path));
        assertEquals(path + ": has more than 1 MiB", tooLong.getMessage());
    }
}
