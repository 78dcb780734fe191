package dev.sluice.worker.digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is in files, by SHA-256, as hexadecimal digits. It is remembered for as long as nobody has touched a file, so that
 * who loads a model and wakes it reads its file for that once.
 *
 * @thread any
 * @bound {@value #MOST_KNOWN} files are remembered; with one more all are forgotten
 */
public final class FileDigests {

    private static final int PIECE_BYTES = 64 * 1024;
    private static final int MOST_KNOWN = 4096;

    /** Who writes twice between two ticks of the file system's clock leaves the same time behind. */
    private static final Duration CLOCK_TICK = Duration.ofSeconds(1);

    private static final Map<Path, Known> KNOWN = new ConcurrentHashMap<>();

    /** @param looks what the file looked like from outside before it was read */
    private record Known(Map<String, Object> looks, String digest) {}

    private FileDigests() {}

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Of a text. */
    public static String of(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Of what is in a file now. */
    public static String of(Path file) throws IOException {
        Path path = file.toAbsolutePath().normalize();
        Map<String, Object> looks = looks(path);
        Known known = KNOWN.get(path);
        if (known != null && known.looks.equals(looks)) {
            return known.digest;
        }
        String digest = read(path, () -> {});
        remember(path, new Known(looks, digest));
        return digest;
    }

    private static void remember(Path path, Known known) {
        boolean isSettled = known.looks.values().stream()
                .allMatch(value -> !(value instanceof FileTime time)
                        || time.toInstant().isBefore(Instant.now().minus(CLOCK_TICK)));
        if (isSettled) {
            if (KNOWN.size() >= MOST_KNOWN) {
                KNOWN.clear();
            }
            KNOWN.put(path, known);
        }
    }

    /** With the time of the last change where the system has one, which nobody can set back. */
    private static Map<String, Object> looks(Path file) throws IOException {
        try {
            return Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,fileKey");
        } catch (UnsupportedOperationException elsewhere) {
            return Files.readAttributes(file, "size,lastModifiedTime,fileKey");
        }
    }

    /**
     * Hears that a piece of a file has been read.
     *
     * @thread its reader's
     */
    @FunctionalInterface
    public interface Between {

        /** @throws IOException to read no more */
        void piece() throws IOException;
    }

    /**
     * Of what is in a file now, whatever it looks like from outside: it is read in any case.
     *
     * @param between hears of each piece, and ends it by throwing
     */
    public static String read(Path file, Between between) throws IOException {
        MessageDigest digest = sha256();
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream content = Files.newInputStream(file)) {
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                digest.update(piece, 0, count);
                between.piece();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
