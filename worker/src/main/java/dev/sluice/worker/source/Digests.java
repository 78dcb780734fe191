package dev.sluice.worker.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * SHA-256, as hexadecimal digits.
 *
 * @thread any
 */
final class Digests {

    private static final int PIECE_BYTES = 256 << 10;

    private Digests() {}

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    static String of(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String of(Path file, Transfer transfer) throws IOException {
        MessageDigest digest = sha256();
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream content = Files.newInputStream(file)) {
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                digest.update(piece, 0, count);
                transfer.goOn();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Of several files: that of the lines that {@code sha256sum} has for them, sorted by name. */
    static String of(SortedMap<String, String> byName) {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, String> file : byName.entrySet()) {
            lines.append(file.getValue()).append("  ").append(file.getKey()).append('\n');
        }
        return of(lines.toString());
    }
}
