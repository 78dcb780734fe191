package dev.sluice.gateway.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was when it was opened: by its path another one may be found later.
 *
 * @param key its place on the disk, whatever it is called; null where the file system does not say
 * @thread immutable
 */
record OpenedFile(Path path, @Nullable Object key) {

    static OpenedFile of(Path path) throws IOException {
        return new OpenedFile(path, key(path));
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Whether its path still leads to it. */
    boolean isThere() {
        try {
            return Objects.equals(key, key(path));
        } catch (IOException gone) {
            return false;
        }
    }
}
