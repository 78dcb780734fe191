package dev.sluice.worker.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDigestsTest {

    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String OF_CBA = "6d970874d0db767a7058798973f22cf6589601edab57996312f2ef7b56e5584d";

    @TempDir
    private Path folder;

    @Test
    void ofATextAndOfAFileWithIt() throws IOException {
        assertEquals(OF_ABC, FileDigests.of("abc"));
        assertEquals(OF_ABC, FileDigests.of(Files.writeString(folder.resolve("file"), "abc")));
    }

    /** A copy that keeps the times of what it is copied from is none the less another file. */
    @Test
    void whateverIsWrittenAndWhateverTimeItIsGivenIsSeen() throws IOException {
        FileTime longAgo = FileTime.from(Instant.EPOCH);
        Path file = folder.resolve("file");
        for (int i = 0; i < 100; i++) {
            String text = i % 2 == 0 ? "abc" : "cba";
            Files.setLastModifiedTime(Files.writeString(file, text), longAgo);
            assertEquals(i % 2 == 0 ? OF_ABC : OF_CBA, FileDigests.of(file));
            assertEquals(i % 2 == 0 ? OF_ABC : OF_CBA, FileDigests.of(file));
        }
    }

    @Test
    void aFileThatIsGoneHasNone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");
        FileDigests.of(file);
        Files.delete(file);
        assertThrows(NoSuchFileException.class, () -> FileDigests.of(file));
    }
}
