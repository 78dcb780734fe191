package dev.sluice.gateway.front.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Files that lie beside this class in the jar.
 *
 * @thread stateless
 */
final class BundledFile {

    private BundledFile() {}

    /** The whole of it, which must be UTF-8. */
    static String text(String name) {
        try (InputStream file = BundledFile.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
