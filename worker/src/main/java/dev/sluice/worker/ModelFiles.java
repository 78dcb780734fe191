package dev.sluice.worker;

import dev.sluice.worker.repository.ModelLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that a model.yaml names: that of the version, otherwise the one beside model.yaml, which is for all versions.
 *
 * @thread the control thread that loads the model
 */
final class ModelFiles {

    private ModelFiles() {}

    /**
     * What is in it.
     *
     * @throws IOException where it cannot be read, and where it is longer than that
     */
    static byte[] read(ModelLocation location, String name, int mostBytes) throws IOException {
        Path own = location.modelFile().resolveSibling(name);
        Path file = Files.exists(own) ? own : location.configFile().resolveSibling(name);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw new IOException(file + " is longer than " + mostBytes + " bytes");
            }
            return bytes;
        }
    }
}
