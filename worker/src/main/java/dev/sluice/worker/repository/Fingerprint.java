package dev.sluice.worker.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    /** Of what lies below the version's folder, and of the model's own settings beside it. */
    static Fingerprint of(Path version, List<Path> beside) throws IOException {
        StringBuilder files = new StringBuilder();
        long newest = 0;
        try (Stream<Path> below = Files.walk(version, DEPTH)) {
            List<Path> looked = Stream.concat(below.sorted(), beside.stream().filter(Files::exists))
                    .toList();
            for (Path file : looked) {
                BasicFileAttributes of = Files.readAttributes(file, BasicFileAttributes.class, new LinkOption[0]);
                if (of.isRegularFile()) {
                    long millis = of.lastModifiedTime().toMillis();
                    newest = Math.max(newest, millis);
                    files.append(file)
                            .append(' ')
                            .append(of.size())
                            .append(' ')
                            .append(millis)
                            .append('\n');
                }
            }
        }
        return new Fingerprint(files.toString(), newest);
    }
}
