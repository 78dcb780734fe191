package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with one folder for each model and in it one folder for each version.
 *
 * <p>A version is a positive integer without leading zeros; other folders are not looked at. The newest version serves.
 *
 * @thread control threads only: touches files
 * @source Triton Inference Server, model repository layout
 */
public final class ModelRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");

    /** What people bring along, or write by mistake. */
    private static final List<String> NOT_READ = List.of("config.pbtxt", "model.yml");

    private final Path root;

    public ModelRepository(Path root) {
        this.root = root;
    }

    /**
     * The newest version of every model, by name.
     *
     * @throws IOException when the directory itself cannot be read, with a message for people
     */
    public List<ModelLocation> newestVersions() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new IOException("the model repository " + root.toAbsolutePath() + " is not a directory");
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .filter(folder -> !folder.getFileName().toString().startsWith("."))
                    .sorted()
                    .flatMap(folder -> newestVersion(folder).stream())
                    .toList();
        }
    }

    private static List<ModelLocation> newestVersion(Path folder) {
        OptionalLong newest = versions(folder);
        if (newest.isEmpty()) {
            LOG.warn("{} holds no version folder (1, 2, ...) and is not a model", folder);
            return List.of();
        }
        for (String other : NOT_READ) {
            if (Files.exists(folder.resolve(other))) {
                LOG.warn("{} is not read; settings of a model stand in its model.yaml", folder.resolve(other));
            }
        }
        ModelId model = new ModelId(folder.getFileName().toString(), newest.getAsLong());
        Path modelFile = folder.resolve(Long.toString(model.version())).resolve("model.onnx");
        return List.of(new ModelLocation(model, modelFile, folder.resolve("model.yaml")));
    }

    private static OptionalLong versions(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .map(version -> version.getFileName().toString())
                    .filter(name -> VERSION.matcher(name).matches())
                    .mapToLong(Long::parseLong)
                    .max();
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", folder, e.toString());
            return OptionalLong.empty();
        }
    }
}
