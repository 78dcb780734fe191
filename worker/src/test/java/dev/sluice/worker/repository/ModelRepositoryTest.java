package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.VersionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a directory holds, as it changes. */
class ModelRepositoryTest {

    private static final Instant LONG_AGO = Instant.ofEpochSecond(1_000_000_000);

    @TempDir
    private Path root;

    private ModelRepository repository;
    private Instant now = LONG_AGO.plusSeconds(1_000);
    private SettledFolders settled;

    @BeforeEach
    void open() {
        repository = new ModelRepository(root);
        settled = new SettledFolders(Duration.ofSeconds(2), () -> now);
    }

    private void write(String file, String content, Instant when) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        Files.setLastModifiedTime(path, FileTime.from(when));
    }

    private Map<Long, Fingerprint> versions() throws IOException {
        List<ModelFolder> folders = repository.scan();
        return folders.isEmpty() ? Map.of() : folders.getFirst().versions();
    }

    private Set<Long> whole() throws IOException {
        List<ModelFolder> folders = settled.after(repository.scan());
        return folders.isEmpty() ? Set.of() : folders.getFirst().versions().keySet();
    }

    @Test
    void foldersWithVersionsAreModelsAndNothingElseIs() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/12/model.onnx", "x", LONG_AGO);
        write("m/01/model.onnx", "x", LONG_AGO);
        write("m/old/model.onnx", "x", LONG_AGO);
        write("empty/readme", "x", LONG_AGO);
        write(".git/1/model.onnx", "x", LONG_AGO);
        write("file", "x", LONG_AGO);
        List<ModelFolder> folders = repository.scan();
        assertEquals(List.of("m"), folders.stream().map(ModelFolder::name).toList());
        assertEquals(Set.of(1L, 12L), folders.getFirst().versions().keySet());
        ModelLocation location = folders.getFirst().location(12);
        assertEquals(new ModelId("m", 12), location.model());
        assertEquals(root.resolve("m/12/model.onnx"), location.modelFile());
    }

    @Test
    void whatIsPassedOverOrOddlyNamedIsSaidOnce() throws IOException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(ModelRepository.class);
        log.start();
        logger.addAppender(log);
        try {
            write("lin/1/model.onnx", "x", LONG_AGO);
            write("lin/abc/model.onnx", "x", LONG_AGO);
            write("lin/01/model.savedmodel/saved_model.pb", "x", LONG_AGO);
            write("lin/warmup/sample", "x", LONG_AGO);
            write("lin/.old/model.onnx", "x", LONG_AGO);
            write("my model/1/model.onnx", "x", LONG_AGO);
            repository.scan();
            repository.scan();
        } finally {
            logger.detachAppender(log);
        }
        String passedOver = " holds a model and is passed over: the folder of a version is named by a number without"
                + " leading zeros (1, 2, ...)";
        assertEquals(
                Set.of(
                        root.resolve("lin/abc") + passedOver,
                        root.resolve("lin/01") + passedOver,
                        root.resolve("my model") + " is served under the name of its folder, which pipelines, URLs and"
                                + " command lines may not take as it stands: a name is up to 128 letters, digits and"
                                + " . _ -, of which the first is a letter or a digit"),
                log.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.toSet()));
        assertEquals(3, log.list.size());
    }

    @Test
    void aFaultyFileAloneIsAVersionUntilItIsMended() throws IOException {
        write("m/model.yaml", "pipelines:", LONG_AGO);
        assertEquals(Set.of(1L), versions().keySet(), "so that its owner is told");
        write("m/model.yaml", "sources: [3=https://example.org/m.onnx]", LONG_AGO.plusSeconds(1));
        assertEquals(Set.of(3L), versions().keySet());
        write("m/model.yaml", "pipelines:", LONG_AGO.plusSeconds(2));
        assertEquals(Set.of(3L), versions().keySet(), "what was known");
        write("m/model.yaml", "share: 2", LONG_AGO.plusSeconds(3));
        assertEquals(Map.of(), versions(), "nothing is wrong with it, and nothing is there");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path nowhere = root.resolve("nowhere");
        IOException refused = assertThrows(IOException.class, () -> new ModelRepository(nowhere).scan());
        assertEquals("the model repository " + nowhere + " is not a directory", refused.getMessage());
    }

    @Test
    void whateverIsWrittenShows() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/2/model.onnx", "x", LONG_AGO);
        Map<Long, Fingerprint> before = versions();
        assertEquals(before, versions());
        write("m/2/weights/part.bin", "w", LONG_AGO);
        Map<Long, Fingerprint> after = versions();
        assertEquals(before.get(1L), after.get(1L));
        assertNotEquals(before.get(2L), after.get(2L), "a file beside the model");
        write("m/1/model.onnx", "y", LONG_AGO.plusMillis(1));
        assertNotEquals(before.get(1L), versions().get(1L), "the same size, another time");
        write("m/model.yaml", "share: 2", LONG_AGO);
        assertNotEquals(after.get(2L), versions().get(2L), "the model's settings");
    }

    @Test
    void whatAModelYamlSaysOfVersionsIsReadWhenItChanges() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        assertEquals(VersionPolicy.NEWEST, repository.scan().getFirst().policy());
        write("m/model.yaml", "versions: [1, 3]\nversion_labels: [stable=1, canary=3]", LONG_AGO);
        ModelFolder folder = repository.scan().getFirst();
        assertEquals(new VersionPolicy.Specific(Set.of(1L, 3L)), folder.policy());
        assertEquals(Map.of("stable", 1L, "canary", 3L), folder.labels());
        write("m/model.yaml", "versions: [nonsense]", LONG_AGO.plusSeconds(1));
        ModelFolder faulty = repository.scan().getFirst();
        assertEquals(folder.policy(), faulty.policy(), "what was known; whoever loads it says what is wrong");
        assertEquals(folder.labels(), faulty.labels());
        assertNotEquals(folder.versions(), faulty.versions());
        write("m/model.yaml", "versions: [latest 2]", LONG_AGO.plusSeconds(2));
        assertEquals(new VersionPolicy.Latest(2), repository.scan().getFirst().policy());
    }

    @Test
    void aVersionCountsWhenItStandsStill() throws IOException {
        write("m/1/model.onnx", "x", now);
        settled.first(repository.scan());
        assertEquals(Set.of(1L), whole(), "what was there at the start is taken as it is");
        write("m/2/model.onnx", "half", now);
        assertEquals(Set.of(1L), whole(), "seen for the first time");
        now = now.plusSeconds(1);
        write("m/2/model.onnx", "half and more", now);
        assertEquals(Set.of(1L), whole(), "it has changed");
        now = now.plusSeconds(1);
        assertEquals(Set.of(1L), whole(), "the same as at the last look, but written a second ago");
        now = now.plusSeconds(1);
        assertEquals(Set.of(1L, 2L), whole());
    }

    @Test
    void aVersionThatIsWrittenOverGoesOnAsItWas() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        Fingerprint first =
                settled.first(repository.scan()).getFirst().versions().get(1L);
        write("m/1/model.onnx", "half", now);
        assertEquals(
                first, settled.after(repository.scan()).getFirst().versions().get(1L));
        now = now.plusSeconds(2);
        Fingerprint second =
                settled.after(repository.scan()).getFirst().versions().get(1L);
        assertNotEquals(first, second);
    }

    @Test
    void linksAreFollowedAndOneThatLeadsNowhereIsStillAVersion() throws IOException {
        write("elsewhere/7/model.onnx", "x", LONG_AGO);
        Files.createDirectories(root.resolve("m"));
        Files.createSymbolicLink(root.resolve("m/1"), root.resolve("elsewhere/7"));
        Files.createDirectories(root.resolve("m/2"));
        Files.createSymbolicLink(root.resolve("m/2/model.onnx"), root.resolve("nowhere"));
        Map<Long, Fingerprint> before = repository.scan().getLast().versions();
        assertEquals(Set.of(1L, 2L), before.keySet());
        write("elsewhere/7/model.onnx", "longer", LONG_AGO);
        write("nowhere", "x", LONG_AGO);
        Map<Long, Fingerprint> after = repository.scan().getLast().versions();
        assertNotEquals(before.get(1L), after.get(1L));
        assertNotEquals(before.get(2L), after.get(2L));
    }

    @Test
    void whatHasVanishedFromTwoLooksIsGone() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/2/model.onnx", "x", LONG_AGO);
        settled.first(repository.scan());
        Files.delete(root.resolve("m/2/model.onnx"));
        Files.delete(root.resolve("m/2"));
        assertEquals(Set.of(1L, 2L), whole(), "a mount may be away for a moment");
        assertEquals(Set.of(1L), whole());
        Files.delete(root.resolve("m/1/model.onnx"));
        Files.delete(root.resolve("m/1"));
        Files.delete(root.resolve("m"));
        assertEquals(Set.of(1L), whole());
        assertEquals(Set.of(), whole());
    }

    @Test
    void whoSaysThatItIsWholeIsBelievedForThatModelAlone() throws IOException {
        write("a/1/model.onnx", "x", LONG_AGO);
        write("b/1/model.onnx", "x", LONG_AGO);
        List<ModelFolder> first = settled.first(repository.scan());
        write("a/2/model.onnx", "x", now);
        write("b/2/model.onnx", "x", now);
        List<ModelFolder> taken = settled.take("a", repository.scan());
        assertEquals(Set.of(1L, 2L), taken.getFirst().versions().keySet());
        assertEquals(first.getLast(), taken.getLast());
    }

    @Test
    void whatCannotBeReadIsAsItWas() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/2/model.onnx", "x", LONG_AGO);
        Map<Long, Fingerprint> before = versions();
        Path circle = Files.createSymbolicLink(root.resolve("m/2/circle"), root.resolve("m/2"));
        write("m/3/model.onnx", "x", LONG_AGO);
        Files.createSymbolicLink(root.resolve("m/3/circle"), root.resolve("m/3"));
        assertEquals(before, versions(), "and what was never read is not there");
        Files.delete(circle);
        write("m/2/model.onnx", "longer", LONG_AGO);
        assertNotEquals(before.get(2L), versions().get(2L));
    }

    /** It is written while the version serves. */
    @Test
    void whatIsKeptOfAnswersDoesNotChangeAVersion() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        Map<Long, Fingerprint> before = versions();
        write("m/1/baseline.json", "{}", LONG_AGO);
        write("m/1/baseline.json.part", "{", LONG_AGO);
        assertEquals(before, versions());
        write("m/1/weights.json", "{}", LONG_AGO);
        assertNotEquals(before, versions());
    }

    /** A version need not be loaded anew because another one is served as well. */
    @Test
    void whatOnlyNamesOrCountsDoesNotChangeThem() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        Map<Long, Fingerprint> before = versions();
        write("m/model.yaml", "versions: [1, 2]", LONG_AGO);
        assertEquals(before, versions());
        write("m/model.yaml", "instances: 2\nversions: [all]\nversion_labels: [stable=1]", LONG_AGO.plusSeconds(1));
        assertEquals(before, versions());
        assertEquals(2, repository.scan().getFirst().groups().getFirst().count());
        write("m/model.yaml", "slo: 20ms\nversions: [all]", LONG_AGO.plusSeconds(2));
        assertNotEquals(before, versions());
    }

    @Test
    void aLocationKnowsWhetherItsFilesAreWhatTheyWere() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/model.yaml", "slo: 20ms", LONG_AGO);
        ModelLocation location = repository.scan().getFirst().location(1);
        assertTrue(location.isAsFound());
        write("m/1/model.onnx", "y", LONG_AGO.plusSeconds(1));
        assertFalse(location.isAsFound());
        Files.delete(location.modelFile());
        assertFalse(location.isAsFound());
    }

    @Test
    void policyAndLabelsAreTakenWhenTheFileStandsStill() throws IOException {
        write("m/1/model.onnx", "x", LONG_AGO);
        write("m/model.yaml", "versions: [all]", LONG_AGO);
        settled.first(repository.scan());
        write("m/model.yaml", "", now);
        assertEquals(
                new VersionPolicy.All(),
                settled.after(repository.scan()).getFirst().policy());
        now = now.plusSeconds(2);
        assertEquals(
                VersionPolicy.NEWEST,
                settled.after(repository.scan()).getFirst().policy());
    }
}
