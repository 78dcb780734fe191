package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What several directories hold together, as each changes, or cannot be read. */
class ModelRootsTest {

    private static final Instant LONG_AGO = Instant.ofEpochSecond(1_000_000_000);

    @TempDir
    private Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(ModelRoots.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Path one;
    private Path two;
    private ModelRoots roots;

    @BeforeEach
    void open() throws IOException {
        one = Files.createDirectory(folder.resolve("one"));
        two = Files.createDirectory(folder.resolve("two"));
        roots = roots(one, two);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
    }

    private static ModelRoots roots(Path... directories) {
        return new ModelRoots(List.of(directories), Duration.ofSeconds(2), () -> LONG_AGO.plusSeconds(1_000));
    }

    private static void write(Path root, String version) throws IOException {
        Path file = Files.createDirectories(root.resolve(version)).resolve("model.onnx");
        Files.writeString(file, "x");
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
    }

    private static Map<String, Path> places(List<ModelFolder> folders) {
        return folders.stream().collect(Collectors.toMap(ModelFolder::name, ModelFolder::folder));
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void allModelsOfAllAreThere() throws IOException {
        write(one, "cat/1");
        write(two, "dog/1");
        assertEquals(Map.of("cat", one.resolve("cat"), "dog", two.resolve("dog")), places(roots.first()));
        write(two, "cow/1");
        assertEquals(2, roots.look().size(), "seen for the first time");
        assertEquals(
                List.of("cat", "cow", "dog"),
                roots.look().stream().map(ModelFolder::name).toList());
    }

    @Test
    void ofANameInTwoThatIsServedWhichWasThereFirst() throws IOException {
        write(one, "cat/1");
        write(two, "cat/1");
        write(two, "dog/1");
        assertEquals(Map.of("cat", one.resolve("cat"), "dog", two.resolve("dog")), places(roots.first()));
        write(one, "dog/2");
        roots.look();
        assertEquals(Map.of("cat", one.resolve("cat"), "dog", two.resolve("dog")), places(roots.look()));
        assertEquals(Map.of("cat", one.resolve("cat"), "dog", two.resolve("dog")), places(roots.take("dog")));
        String error = "model %s lies in two directories of the repository: %s is served, and %s is not looked at until"
                + " that is gone";
        assertEquals(
                List.of(
                        error.formatted("cat", one.resolve("cat"), two.resolve("cat")),
                        error.formatted("dog", two.resolve("dog"), one.resolve("dog"))),
                said(),
                "each once");
    }

    @Test
    void whenTheOneGoesTheOtherTakesItsPlace() throws IOException {
        write(one, "cat/1");
        write(two, "cat/1");
        Map<Long, Fingerprint> before = roots.first().getFirst().versions();
        Files.delete(one.resolve("cat/1/model.onnx"));
        Files.delete(one.resolve("cat/1"));
        Files.delete(one.resolve("cat"));
        assertEquals(Map.of("cat", one.resolve("cat")), places(roots.look()), "it may be back in a moment");
        List<ModelFolder> after = roots.look();
        assertEquals(Map.of("cat", two.resolve("cat")), places(after));
        assertEquals(false, before.equals(after.getFirst().versions()), "so that it is loaded anew");
        write(one, "cat/1");
        roots.look();
        assertEquals(Map.of("cat", two.resolve("cat")), places(roots.look()), "now this one serves");
    }

    @Test
    void oneThatCannotBeReadIsAsItWasAndDisturbsNobody() throws IOException {
        write(one, "cat/1");
        write(two, "dog/1");
        roots.first();
        Path away = Files.move(one, folder.resolve("away"));
        write(two, "cow/1");
        roots.look();
        assertEquals(
                List.of("cat", "cow", "dog"),
                roots.look().stream().map(ModelFolder::name).toList());
        roots.take("cat");
        assertEquals(
                List.of("the model repository " + one + " is not a directory; what was known of it stays as it is"),
                said());
        Files.move(away, one);
        write(one, "cat/2");
        roots.look();
        assertEquals(2, roots.look().getFirst().versions().size());
    }

    @Test
    void aStartNeedsOneThatCanBeRead() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        write(two, "dog/1");
        assertEquals(
                Map.of("dog", two.resolve("dog")),
                places(roots(nowhere, two, two).first()));
        assertEquals(Optional.empty(), ModelRoots.fault(List.of(nowhere, two)));
        assertEquals(
                Optional.of("the model repository " + nowhere + " is not a directory"),
                ModelRoots.fault(List.of(nowhere)));
        assertEquals(Optional.of("no directory is named as the model repository"), ModelRoots.fault(List.of()));
        IOException none = assertThrows(IOException.class, () -> roots(nowhere).first());
        assertEquals("the model repository " + nowhere + " is not a directory", none.getMessage());
        assertEquals(
                "no directory is named as the model repository",
                assertThrows(IOException.class, () -> roots().first()).getMessage());
    }
}
