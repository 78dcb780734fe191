package dev.sluice.worker.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that a session is made from: the model's own, or a copy that nobody else can change.
 *
 * <p>The engine reads a model's file, but maps files with weights beside it into memory for as long as it lives. Who then
 * writes into such a file changes the answers of what serves, and who cuts it off ends this process, with SIGBUS. So
 * these are copied, and the copy has no name any more once the session has it.
 *
 * @param modelFile the one to make the session from
 * @param copy the folder to delete; null if nothing was copied
 * @thread the one that loads the model
 * @owns the copy, until it is closed
 */
record ModelFiles(Path modelFile, @Nullable Path copy) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelFiles.class);
    private static final String GOLDEN_SAMPLES = "golden";
    private static final String BASELINE = "baseline.json";
    private static final String COPY = "sluice-model";
    private static final Pattern IN_COPY = Pattern.compile("[^\\s\"'\\[]*" + COPY + "[0-9]+/");

    static ModelFiles asTheyAre(Path modelFile) {
        return new ModelFiles(modelFile, null);
    }

    /** A copy of all that lies beside the model, but for its golden samples; where that cannot be, what there is. */
    static ModelFiles copied(Path modelFile) {
        Path from = modelFile.toAbsolutePath().resolveSibling("");
        Path to = null;
        try {
            List<Path> files = files(from);
            to = Files.createTempDirectory(COPY);
            for (Path file : files) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target);
            }
            return new ModelFiles(to.resolve(modelFile.getFileName()), to);
        } catch (IOException unreadableOrNoRoom) {
            LOG.warn(
                    "the weights beside {} cannot be copied, and must not be written to while it is served: {}",
                    modelFile,
                    unreadableOrNoRoom.toString());
            new ModelFiles(modelFile, to).close();
            return asTheyAre(modelFile);
        }
    }

    /** What the engine says, with the files as their owner knows them. */
    static String asNamed(String message) {
        return IN_COPY.matcher(message).replaceAll("");
    }

    /** Those that a session may be made from; what is written beside them while it serves is none of them. */
    static List<Path> files(Path folder) throws IOException {
        return below(folder, FileVisitOption.FOLLOW_LINKS).stream()
                .filter(file -> !file.startsWith(folder.resolve(GOLDEN_SAMPLES))
                        && !file.getFileName().toString().startsWith(BASELINE)
                        && Files.isRegularFile(file))
                .sorted()
                .toList();
    }

    /** However deep; each folder before what lies in it. */
    static List<Path> below(Path folder, FileVisitOption... options) throws IOException {
        try (Stream<Path> below = Files.walk(folder, options)) {
            return below.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** With all that is in it; whoever cannot says so, for nothing depends on it. */
    static void delete(Path folder) {
        try {
            if (Files.exists(folder)) {
                for (Path file : below(folder).reversed()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", folder, e.toString());
        }
    }

    @Override
    public void close() {
        if (copy != null) {
            delete(copy);
        }
    }
}
