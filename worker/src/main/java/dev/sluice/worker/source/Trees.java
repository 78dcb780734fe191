package dev.sluice.worker.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders with all that is below them.
 *
 * @thread any that may wait
 */
final class Trees {

    private Trees() {}

    /** Each folder before what lies in it; nothing where it is not there. */
    static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder)) {
            return below.toList();
        } catch (NoSuchFileException gone) {
            return List.of();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return below(folder); // somebody deletes in it
            }
            throw e.getCause();
        }
    }

    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    static long bytes(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : below(folder)) {
            try {
                bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
            } catch (NoSuchFileException gone) {
                // counts no more
            }
        }
        return bytes;
    }

    static void delete(Path folder) throws IOException {
        for (Path file : below(folder).reversed()) {
            Files.deleteIfExists(file);
        }
    }

    /** Returns when all of it is on the disk. */
    static void force(Path folder) throws IOException {
        for (Path file : below(folder).reversed()) {
            forceOnly(file);
        }
    }

    /** The same of one file, or of the names in a folder. */
    static void forceOnly(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
