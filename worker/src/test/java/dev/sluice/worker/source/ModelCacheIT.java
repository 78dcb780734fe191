package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.source.SourceException.Again;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of models, what goes when there is no room, and who is never in whose way. */
class ModelCacheIT {

    private static final int LENGTH = 100 << 10;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Path cache;
    private Path files;

    @BeforeEach
    void makeFiles() throws IOException {
        cache = directory.resolve("cache");
        files = Files.createDirectory(directory.resolve("files"));
        for (int i = 1; i <= 5; i++) {
            Files.write(files.resolve(i + ".onnx"), Fetches.noise(LENGTH, i));
        }
    }

    private ModelSources sources(int minutes, String... settings) {
        List<String> all = new ArrayList<>(List.of("allow_files=" + files, "cache_size=350KiB"));
        all.addAll(List.of(settings));
        return Fetches.at(BEGIN.plusSeconds(60L * minutes), cache, all.toArray(String[]::new));
    }

    private String url(int number) {
        return "file://" + files.resolve(number + ".onnx");
    }

    /** As many minutes after the beginning. */
    private Path fetch(int number, int minutes) throws SourceException {
        return Fetches.fetched(sources(minutes), url(number));
    }

    @Test
    void whatWasUsedLongestAgoGoes() throws IOException {
        Path one = fetch(1, 0);
        Path two = fetch(2, 1);
        Path three = fetch(3, 2);
        fetch(1, 3);
        Path four = fetch(4, 4);
        assertTrue(Files.exists(one) && Files.exists(three) && Files.exists(four));
        assertFalse(Files.exists(two));
        assertTrue(new ModelCache(cache, 0, Instant::now).bytes() <= 350 << 10);
        assertEquals(0, Fetches.partial(cache).size());
    }

    @Test
    void whatIsInUseStays() throws IOException {
        ModelSource first = ModelSource.parse(url(1));
        try (ModelSources sources = sources(0);
                ModelSources.Fetched used = sources.fetch(first, new Transfer())) {
            fetch(2, 1);
            fetch(3, 2);
            fetch(4, 3);
            fetch(5, 4);
            assertTrue(Files.exists(used.modelFile()));
        }
        Path first1 = fetch(1, 5);
        fetch(2, 6);
        fetch(3, 7);
        fetch(4, 8);
        assertFalse(Files.exists(first1), "nobody uses it any more");
    }

    @Test
    void whereAllIsInUseTheNewcomerIsRefused() throws IOException {
        try (ModelSources sources = sources(0);
                ModelSources.Fetched one = sources.fetch(ModelSource.parse(url(1)), new Transfer());
                ModelSources.Fetched two = sources.fetch(ModelSource.parse(url(2)), new Transfer());
                ModelSources.Fetched three = sources.fetch(ModelSource.parse(url(3)), new Transfer())) {
            assertTrue(
                    Fetches.refused(sources, url(4), Again.LATER).getMessage().contains("cache_size"));
            assertTrue(
                    Files.exists(one.modelFile()) && Files.exists(two.modelFile()) && Files.exists(three.modelFile()));
        }
        fetch(4, 1);
    }

    @Test
    void anotherProcessUsesWhatItUses() throws Exception {
        Path one = fetch(1, 0);
        String digest = one.resolveSibling("").getFileName().toString();
        try (LockingProcess other = new LockingProcess(cache.resolve("locks").resolve(digest))) {
            fetch(2, 1);
            fetch(3, 2);
            fetch(4, 3);
            fetch(5, 4);
            assertTrue(Files.exists(one) && other.isAlive(), "the other process has it open");
        }
        fetch(2, 5);
        fetch(3, 6);
        assertFalse(Files.exists(one));
    }

    @Test
    void onlyItsOwnerCanWriteThere() throws IOException {
        Path one = fetch(1, 0);
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(one.resolveSibling("").resolveSibling(""))));
    }

    @Test
    void aCacheThatOthersMayWriteIsNotBelieved() throws IOException {
        Path blobs = fetch(1, 0).resolveSibling("").resolveSibling("");
        for (Path place : List.of(blobs, cache)) {
            for (String rights : List.of("rwxrwx---", "rwx----w-")) {
                Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(rights));
                try (ModelSources sources = sources(1)) {
                    SourceException refused = Fetches.refused(sources, url(1), Again.LATER);
                    assertTrue(String.valueOf(refused.getMessage()).contains("chmod -R go-w"), refused.getMessage());
                    assertTrue(sources.there(ModelSource.parse(url(1))).isEmpty());
                }
            }
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        fetch(1, 2);
    }

    @Test
    void filesAreReadFromWhereTheyMayBeReadOnly() throws IOException {
        Path secret = Files.write(directory.resolve("secret.onnx"), Fetches.noise(10, 1));
        Files.createSymbolicLink(files.resolve("link.onnx"), secret);
        try (ModelSources sources = sources(0)) {
            Fetches.refused(sources, "file://" + files + "/../cache/x", Again.NEVER);
            Fetches.refused(sources, "file://" + files + "/missing.onnx", Again.LATER);
            Fetches.refused(sources, "file://" + files, Again.NEVER);
            assertThrowsForLinks(sources, files.resolve("link.onnx"));
        }
    }

    private static void assertThrowsForLinks(ModelSources sources, Path link) {
        SourceException refused = assertThrows(
                SourceException.class, () -> sources.fetch(ModelSource.parse("file://" + link), new Transfer()));
        assertEquals(Again.NEVER, refused.again());
    }

    /** A JVM that shares a lock on a file until it is closed. */
    static final class LockingProcess implements AutoCloseable {

        private final Process process;

        LockingProcess(Path file) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LockingProcess.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
            assertEquals("locked", said.readLine());
        }

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel =
                            FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock(0, Long.MAX_VALUE, true)) {
                System.out.println(lock.isShared() ? "locked" : "not shared");
                System.in.read();
            }
        }

        boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
