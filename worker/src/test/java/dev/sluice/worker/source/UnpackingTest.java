package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives are unpacked into their folder, or not at all. */
class UnpackingTest {

    private static final byte[] WEIGHTS = "weights".getBytes(StandardCharsets.US_ASCII);
    private static final int SYMBOLIC_LINK = 0120777;
    private static final int FIFO = 0010644;

    @TempDir
    private Path directory;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(directory.resolve("folder"));
    }

    private void unpack(byte[] archive, String... bounds) throws IOException {
        unpack(archive, new Growth(folder, room -> {}), bounds);
    }

    private void unpack(byte[] archive, Growth growth, String... bounds) throws IOException {
        Path file = Files.write(directory.resolve("archive"), archive);
        List<Assignment> settings = Arrays.stream(bounds)
                .map(bound -> bound.split("=", 2))
                .map(parts -> new Assignment("test", parts[0], parts[1]))
                .toList();
        SourceOptions options =
                Settings.of(SourceOptions.class).overrides(settings).load();
        new Unpacking(folder, "it", options, new Transfer(), growth).run(file, Form.of(file, "it"));
    }

    private void refuses(byte[] archive, String why, String... bounds) throws IOException {
        SourceException refused = assertThrows(SourceException.class, () -> unpack(archive, bounds));
        assertEquals(SourceException.Again.NEVER, refused.again());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
        try (Stream<Path> all = Files.list(directory)) {
            assertEquals(
                    List.of("archive", "folder"),
                    all.map(path -> path.getFileName().toString()).sorted().toList());
        }
        try (Stream<Path> all = Files.walk(folder)) {
            assertFalse(all.anyMatch(Files::isSymbolicLink));
        }
        Trees.delete(folder);
        makeFolder();
    }

    private static byte[] good() throws IOException {
        return Archives.tar(tar -> {
            Archives.odd(tar, "./", TarConstants.LF_DIR, "");
            Archives.file(tar, "./model.onnx", WEIGHTS);
            Archives.file(tar, "golden/" + "x".repeat(120) + ".json", WEIGHTS);
        });
    }

    private void looksGood() throws IOException {
        assertArrayEquals(WEIGHTS, Files.readAllBytes(folder.resolve("model.onnx")));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(folder.resolve("golden/" + "x".repeat(120) + ".json")));
    }

    @Test
    void aTarIsUnpacked() throws IOException {
        unpack(good());
        looksGood();
    }

    @Test
    void aGzippedTarIsUnpacked() throws IOException {
        unpack(Archives.gzip(good()));
        looksGood();
    }

    @Test
    void aZipIsUnpacked() throws IOException {
        unpack(Archives.zip(zip -> {
            Archives.file(zip, "golden/", new byte[0]);
            Archives.file(zip, "model.onnx", WEIGHTS, 0100644);
            Archives.file(zip, "golden/" + "x".repeat(120) + ".json", WEIGHTS);
        }));
        looksGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/tmp/evil", "a/../../evil", "a\\..\\..\\evil", "C:\\evil"})
    void namesThatLeadOutAreRefused(String name) throws IOException {
        refuses(Archives.tar(tar -> Archives.file(tar, name, WEIGHTS)), "is no name below");
        refuses(Archives.zip(zip -> Archives.file(zip, name, WEIGHTS)), name.contains("\\") ? "evil" : "is no name");
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_SYMLINK,
                TarConstants.LF_LINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO
            })
    void linksAndDevicesAreRefused(byte kind) throws IOException {
        refuses(Archives.tar(tar -> Archives.odd(tar, "model.onnx", kind, "/etc/passwd")), "neither a file nor");
    }

    @Test
    void aFileThroughALinkIsRefusedWithTheLink() throws IOException {
        refuses(
                Archives.tar(tar -> {
                    Archives.odd(tar, "a", TarConstants.LF_SYMLINK, "..");
                    Archives.file(tar, "a/evil", WEIGHTS);
                }),
                "neither a file nor");
    }

    @ParameterizedTest
    @ValueSource(ints = {SYMBOLIC_LINK, FIFO})
    void linksInAZipAreRefused(int mode) throws IOException {
        byte[] target = "/etc/passwd".getBytes(StandardCharsets.US_ASCII);
        refuses(Archives.zip(zip -> Archives.file(zip, "model.onnx", target, mode)), "neither a file nor");
    }

    @Test
    void twoOfAKindAreRefused() throws IOException {
        refuses(
                Archives.tar(tar -> {
                    Archives.file(tar, "model.onnx", WEIGHTS);
                    Archives.file(tar, "Model.onnx", WEIGHTS);
                }),
                "there twice");
        refuses(
                Archives.zip(zip -> {
                    Archives.file(zip, "model.onnx", WEIGHTS);
                    Archives.file(zip, "model.onnx", WEIGHTS);
                }),
                "there twice");
    }

    @Test
    void aBombIsRefusedByItsSize() throws IOException {
        byte[] zeros = new byte[4 << 20];
        refuses(Archives.zip(zip -> Archives.file(zip, "model.onnx", zeros)), "max_unpacked", "max_unpacked=1MiB");
        byte[] tar = Archives.gzip(Archives.tar(archive -> Archives.file(archive, "model.onnx", zeros)));
        refuses(tar, "max_unpacked", "max_unpacked=1MiB");
    }

    @Test
    void aBombIsRefusedByItsRatio() throws IOException {
        byte[] zeros = new byte[64 << 20];
        byte[] bomb = Archives.zip(zip -> {
            for (int i = 0; i < 5; i++) {
                Archives.file(zip, "weights" + i, zeros);
            }
        });
        assertTrue(bomb.length < 1 << 20, bomb.length + " bytes");
        refuses(bomb, "200 times its size");
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        byte[] many = Archives.zip(zip -> {
            for (int i = 0; i < 11; i++) {
                Archives.file(zip, "a" + i, new byte[0]);
            }
        });
        refuses(many, "max_entries", "max_entries=10");
    }

    /** The end record says that there is one; whoever reads the list would keep all. */
    @Test
    void aZipThatLiesAboutItsEntriesIsRefusedBeforeItIsRead() throws IOException {
        byte[] many = Archives.zip(zip -> {
            for (int i = 0; i < 11; i++) {
                Archives.file(zip, "a" + i, new byte[0]);
            }
        });
        many[many.length - 12] = 1;
        many[many.length - 14] = 1;
        Path file = Files.write(directory.resolve("archive"), many);
        SourceException refused =
                assertThrows(SourceException.class, () -> ZipDirectory.check(file, "it", 10), "the number is a lie");
        assertTrue(String.valueOf(refused.getMessage()).contains("max_entries"), refused.getMessage());
        ZipDirectory.check(file, "it", 11);
    }

    @Test
    void aZipWithLongNamesIsRefusedBeforeItIsRead() throws IOException {
        byte[] zip = Archives.zip(archive -> {
            for (int i = 0; i < 10; i++) {
                Archives.file(archive, i + "x".repeat(60_000), new byte[0]);
            }
        });
        refuses(zip, "max_entries", "max_entries=10");
    }

    @Test
    void aTarWithALongNameIsRefusedBeforeItIsInMemory() throws IOException {
        for (byte kind : new byte[] {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_GNUTYPE_LONGLINK}) {
            byte[] tar = Archives.tar(archive -> {
                Archives.file(archive, "model.onnx", WEIGHTS);
                Archives.of(archive, "././@LongLink", kind, new byte[2 << 20]);
                Archives.file(archive, "other", WEIGHTS);
            });
            refuses(tar, "between two files");
            refuses(Archives.gzip(tar), "between two files");
        }
    }

    @Test
    void whatIsCutOffOrEmptyOrGarbledIsRefused() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        byte[] tar = Archives.tar(archive -> Archives.file(archive, "model.onnx", noise));
        refuses(Arrays.copyOf(tar, 50_000), "broken archive");
        byte[] gzipped = Archives.gzip(tar);
        refuses(Arrays.copyOf(gzipped, 50_000), "");
        byte[] zip = Archives.zip(archive -> Archives.file(archive, "model.onnx", noise));
        refuses(Arrays.copyOf(zip, 50_000), "broken archive");
        refuses(Archives.zip(nothing -> {}), "nothing in it");
        byte[] garbled = zip.clone();
        garbled[1000] ^= 1;
        refuses(garbled, "");
    }

    @Test
    void roomIsAskedForWhileItGrows() throws IOException {
        byte[] archive = Archives.tar(tar -> Archives.file(tar, "model.onnx", new byte[3 << 20]));
        AtomicInteger asked = new AtomicInteger();
        Growth full = new Growth(
                folder,
                room -> {
                    if (asked.incrementAndGet() == 2) {
                        throw new SourceException(SourceException.Again.LATER, "full");
                    }
                },
                1 << 20);
        SourceException refused = assertThrows(SourceException.class, () -> unpack(archive, full));
        assertEquals(SourceException.Again.LATER, refused.again(), "it is not the archive's fault");
        assertTrue(Files.size(folder.resolve("model.onnx")) < 2 << 20, "no more is written than it has asked for");
        IOException broken = new IOException("no disk");
        Growth none = new Growth(
                folder,
                room -> {
                    throw broken;
                },
                1);
        byte[] other = Archives.tar(tar -> Archives.file(tar, "other", WEIGHTS));
        assertSame(broken, assertThrows(IOException.class, () -> unpack(other, none)));
    }

    @Test
    void aPageOfHtmlIsNoModel() throws IOException {
        refuses("\n<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII), "a page of HTML");
        refuses(new byte[0], "is empty");
    }
}
