package dev.sluice.gateway.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The SHA-256 of a key.
 *
 * <p>Hashes are compared as any values are. How long that takes may tell something of the hash, which whoever guesses
 * cannot steer, and nothing of the key.
 *
 * @thread immutable
 */
record KeyHash(long first, long second, long third, long fourth) {

    private static final int HEX_DIGITS = 64;

    /** @param key just as it came in a header, in which a character is a byte */
    static KeyHash of(String key) {
        return of(sha256().digest(key.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Empty for what is no such hash in hexadecimal. */
    static Optional<KeyHash> parse(String hex) {
        if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            return Optional.empty();
        }
        return Optional.of(of(HexFormat.of().parseHex(hex)));
    }

    private static KeyHash of(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new KeyHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
