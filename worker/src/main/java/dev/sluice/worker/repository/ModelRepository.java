package dev.sluice.worker.repository;

import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with one folder for each model and in it one folder for each version.
 *
 * <p>A version is a positive integer without leading zeros; other folders are not looked at, and neither is what begins
 * with a dot.
 *
 * @thread one at a time, and none that must not wait: touches files
 * @source Triton Inference Server, model repository layout
 */
public final class ModelRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);

    /** What people bring along, or write by mistake. */
    private static final List<String> NOT_READ = List.of("config.pbtxt", "model.yml");

    /** What a model.yaml says of the model's versions. */
    private record Versions(VersionPolicy policy, Map<String, Long> labels) {

        static final Versions NOTHING_SAID = new Versions(VersionPolicy.NEWEST, Map.of());
    }

    private final Path root;
    private final Set<String> warned = new HashSet<>();

    /** By folder; read again only when something there has changed. */
    private Map<Path, Known> known = Map.of();

    private record Known(NavigableMap<Long, Fingerprint> versions, Versions said) {}

    public ModelRepository(Path root) {
        this.root = root;
    }

    /**
     * Every model, by name, with what it has now. Called again, it says what has come and gone since.
     *
     * @throws IOException when the directory itself cannot be read, with a message for people
     */
    public List<ModelFolder> scan() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new IOException("the model repository " + root.toAbsolutePath() + " is not a directory");
        }
        Map<Path, Known> now = new HashMap<>();
        try (Stream<Path> entries = Files.list(root)) {
            List<ModelFolder> found = entries.filter(Files::isDirectory)
                    .filter(folder -> !folder.getFileName().toString().startsWith("."))
                    .sorted()
                    .map(folder -> look(folder, now))
                    .filter(Objects::nonNull)
                    .toList();
            known = now;
            return found;
        }
    }

    private @Nullable ModelFolder look(Path folder, Map<Path, Known> now) {
        NavigableMap<Long, Fingerprint> versions = versions(folder);
        if (versions.isEmpty()) {
            warnOnce(folder + " holds no version folder (1, 2, ...) and is not a model");
            return null;
        }
        for (String other : NOT_READ) {
            if (Files.exists(folder.resolve(other))) {
                warnOnce(folder.resolve(other) + " is not read; settings of a model stand in its model.yaml");
            }
        }
        Known before = known.get(folder);
        Versions said = before != null && before.versions.equals(versions) ? before.said : said(folder);
        now.put(folder, new Known(versions, said));
        return new ModelFolder(folder.getFileName().toString(), folder, versions, said.policy, said.labels);
    }

    private void warnOnce(String warning) {
        if (warned.add(warning)) {
            LOG.warn("{}", warning);
        }
    }

    private NavigableMap<Long, Fingerprint> versions(Path folder) {
        NavigableMap<Long, Fingerprint> versions = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path version : entries.filter(Files::isDirectory).toList()) {
                String number = version.getFileName().toString();
                if (VersionPolicy.NUMBER.matcher(number).matches()) {
                    fingerprint(version).ifPresent(print -> versions.put(Long.valueOf(number), print));
                }
            }
        } catch (IOException e) {
            warnOnce(folder + " cannot be read: " + e);
        }
        return versions;
    }

    /** None if it has gone while it was looked at. */
    private static Optional<Fingerprint> fingerprint(Path version) throws IOException {
        try {
            return Optional.of(Fingerprint.of(version, List.of(version.resolveSibling("model.yaml"))));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** What is wrong with that file is said by whoever loads the model. */
    private static Versions said(Path folder) {
        try {
            ModelConfig config = ModelConfig.read(folder.resolve("model.yaml"));
            return new Versions(config.versionPolicy(), config.labelledVersions());
        } catch (SettingsException | IllegalArgumentException faulty) {
            return Versions.NOTHING_SAID;
        }
    }
}
