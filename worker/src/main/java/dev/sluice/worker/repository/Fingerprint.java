package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelSource;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What the files of one model version look like from outside: another one means that somebody has changed them.
 *
 * <p>Names, sizes, times and places on the disk say that much for the price of a look at the directory; contents would
 * have to be read each time.
 *
 * @param files each with what is known of it, in order, and the model's own settings
 * @param newestMillis when the last of them was written, in milliseconds since 1970
 */
public record Fingerprint(String files, long newestMillis) {

    /** Of nothing. */
    public static final Fingerprint NONE = new Fingerprint("", 0);

    private static final int DEPTH = 4;
    private static final String BASELINE = "baseline.json";

    /** Times of files are among what is known of them; when a model.yaml was written says nothing of what it says. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint print && files.equals(print.files);
    }

    @Override
    public int hashCode() {
        return files.hashCode();
    }

    /** Of a version that comes from elsewhere; its URL, which may have secrets in it, cannot be read from that. */
    static Fingerprint of(ModelSource source) {
        UUID url = UUID.nameUUIDFromBytes(source.url().getBytes(StandardCharsets.UTF_8));
        return new Fingerprint("source " + url + ' ' + source.sha256() + '\n', 0);
    }

    /** Of what lies below the version's folder. */
    static Fingerprint of(Path version) throws IOException {
        try (Stream<Path> below = Files.walk(version, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            StringBuilder files = new StringBuilder();
            long newest = 0;
            for (Path file : below.filter(file -> !isOfBaseline(file)).sorted().toList()) {
                newest = Math.max(newest, note(file, files));
            }
            return new Fingerprint(files.toString(), newest);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What answers were like says nothing of the model, and is written while it serves. */
    private static boolean isOfBaseline(Path file) {
        return String.valueOf(file.getFileName()).startsWith(BASELINE);
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
        files.append(file).append(' ').append(of.size()).append(' ').append(millis);
        files.append(' ').append(of.fileKey()).append('\n');
        return millis;
    }

    /** Whether there was such a file, or a folder with files in it. */
    boolean names(Path file) {
        String lines = '\n' + files;
        return lines.contains("\n" + file + ' ') || lines.contains("\n" + file + File.separatorChar);
    }

    /** The same with the model's own settings, as far as they matter to a version that is loaded. */
    Fingerprint with(String settings, long writtenMillis) {
        return new Fingerprint(files + settings, Math.max(newestMillis, writtenMillis));
    }
}
