package dev.sluice.worker;

import dev.sluice.worker.engine.Placement;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How much memory a version takes, as far as its files say: weights are by far the most of it.
 *
 * @thread any; reads a directory
 * @units bytes
 */
final class ModelSize {

    /** A session, its threads and what Java keeps of them: what 200 models of 400 KB took each beyond their files. */
    static final long FIXED_BYTES = 1 << 20;

    private static final int DEPTH = 4;
    private static final String GOLDEN = "golden";

    private ModelSize() {}

    /** The same for each group that this machine's memory is taken by: a session of its own. */
    static long of(ModelLocation version) {
        long once = of(version.modelFile());
        try {
            long here = ModelConfig.read(version.configFile()).groups().stream()
                    .filter(group -> group.device().equals(Placement.CPU_DEVICE) || group.cpuFallback())
                    .count();
            return once * Math.max(1, here);
        } catch (SettingsException | IllegalArgumentException faulty) {
            return once; // whoever loads it says what is wrong
        }
    }

    /** Of what lies beside that file and below, golden samples excepted; 0 where that cannot be read, as of a pipeline. */
    static long of(Path modelFile) {
        Path folder = modelFile.toAbsolutePath().getParent();
        if (folder == null || !Files.exists(modelFile)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            return FIXED_BYTES
                    + files.filter(file -> !folder.relativize(file).startsWith(GOLDEN))
                            .mapToLong(ModelSize::bytes)
                            .sum();
        } catch (IOException | UncheckedIOException unreadable) {
            return 0; // whoever loads it says why
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException hasJustGone) {
            return 0;
        }
    }
}
