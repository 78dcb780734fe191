package dev.sluice.worker.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the files of one model version look like from outside: another one means that somebody has changed them.
 *
 * <p>Names, sizes and times say that much for the price of a look at the directory; contents would have to be read each time.
 *
 * @param files each with its size and time, in order
 * @param newestMillis when the last of them was written, in milliseconds since 1970
 */
public record Fingerprint(String files, long newestMillis) {

    /** Of nothing. */
    public static final Fingerprint NONE = new Fingerprint("", 0);

    private static final int DEPTH = 4;

    /**
     * Of what lies below the version's folder, and of the model's own settings beside it.
     *
     * @throws NoSuchFileException when there is no such folder
     */
    static Fingerprint of(Path version, List<Path> beside) throws IOException {
        try (Stream<Path> below = Files.walk(version, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            StringBuilder files = new StringBuilder();
            long newest = 0;
            for (Path file : Stream.concat(below.sorted(), beside.stream().filter(Files::exists))
                    .toList()) {
                newest = Math.max(newest, note(file, files));
            }
            return new Fingerprint(files.toString(), newest);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long note(Path file, StringBuilder files) throws IOException {
        BasicFileAttributes of;
        try {
            of = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException leadsNowhere) {
            files.append(file).append(" missing\n");
            return 0;
        }
        if (of.isDirectory()) {
            return 0;
        }
        long millis = of.lastModifiedTime().toMillis();
        files.append(file)
                .append(' ')
                .append(of.size())
                .append(' ')
                .append(millis)
                .append('\n');
        return millis;
    }
}
