package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptimizedFilesTest {

    @TempDir
    private Path temporary;

    private Path root;
    private OptimizedFiles files;

    @BeforeEach
    void make() {
        root = temporary.resolve("cache/optimized");
        files = new OptimizedFiles(root, 100);
    }

    private boolean keep(String key, int bytes) throws IOException {
        try (OptimizedFiles.Draft draft = files.draft()) {
            Files.write(draft.folder().resolve("file"), new byte[bytes]);
            return draft.keep(key);
        }
    }

    private void lastUsed(String key, long secondsAgo) throws IOException {
        Files.setLastModifiedTime(root.resolve(key), FileTime.from(Instant.now().minusSeconds(secondsAgo)));
    }

    private Set<String> there() throws IOException {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.map(folder -> folder.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void whatIsKeptIsFoundByItsKeyAndByNobodyElse() throws IOException {
        assertEquals(Optional.empty(), files.find("one"));
        assertTrue(keep("one", 10));
        assertEquals(Optional.of(root.resolve("one")), files.find("one"));
        assertEquals(10, Files.size(root.resolve("one/file")));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("one"))));
        assertEquals(Set.of("one"), there());
    }

    @Test
    void whatWasUsedLongestAgoGivesWay() throws IOException {
        keep("one", 40);
        keep("two", 40);
        lastUsed("one", 300);
        lastUsed("two", 200);
        files.find("one");
        assertTrue(keep("three", 40));
        assertEquals(Set.of("one", "three"), there());
    }

    @Test
    void whatHasNoRoomIsNotKeptAndCostsNobodyTheirs() throws IOException {
        keep("one", 100);
        assertFalse(keep("two", 101));
        assertEquals(Set.of("one"), there());
    }

    @Test
    void twoWhoMakeTheSameKeepIt() throws IOException {
        try (OptimizedFiles.Draft slower = files.draft()) {
            Files.write(slower.folder().resolve("file"), new byte[20]);
            assertTrue(keep("one", 20));
            assertTrue(slower.keep("one"));
        }
        assertEquals(Set.of("one"), there());
    }

    @Test
    void whoWasKilledLeavesADraftThatGoesAndWhoIsAtWorkDoesNot() throws IOException {
        try (OptimizedFiles.Draft atWork = files.draft()) {
            Path left = Files.createDirectory(root.resolve("draft-1"));
            Files.write(left.resolve("file"), new byte[30]);
            lastUsed("draft-1", 4000);
            keep("one", 80);
            assertEquals(Set.of("one", atWork.folder().getFileName().toString()), there());
        }
        assertEquals(Set.of("one"), there());
    }

    @Test
    void whatIsDiscardedIsGone() throws IOException {
        keep("one", 10);
        files.discard("one");
        files.discard("never there");
        assertEquals(Set.of(), there());
    }

    @Test
    void whereOthersMayWriteNothingIsBelieved() throws IOException {
        keep("one", 10);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwx---"));
        assertThrows(FileSystemException.class, () -> files.find("one"));
        assertThrows(FileSystemException.class, files::draft);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(root.resolve("one"), PosixFilePermissions.fromString("rwx----w-"));
        assertThrows(FileSystemException.class, () -> files.find("one"));
    }

    @Test
    void whatAnotherUserHasMadeIsNotBelieved() throws IOException {
        keep("one", 10);
        Object me = Files.getAttribute(root, "unix:uid");
        assumeTrue(canGiveAway(root.resolve("one")), "only root can give files to another user");
        assertThrows(FileSystemException.class, () -> files.find("one"));
        Files.setAttribute(root.resolve("one"), "unix:uid", me);
        assertEquals(Optional.of(root.resolve("one")), files.find("one"));
        assertTrue(canGiveAway(root));
        assertThrows(FileSystemException.class, () -> files.find("one"));
        assertThrows(FileSystemException.class, files::open);
        assertThrows(FileSystemException.class, files::draft);
        Files.setAttribute(root, "unix:uid", me);
    }

    private static boolean canGiveAway(Path folder) throws IOException {
        try {
            Files.setAttribute(folder, "unix:uid", 12_345);
            return true;
        } catch (FileSystemException refused) {
            return false;
        }
    }
}
