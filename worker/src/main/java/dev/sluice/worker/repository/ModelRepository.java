package dev.sluice.worker.repository;

import dev.sluice.worker.contract.VersionPolicy;
import java.io.IOException;
import java.nio.file.Files;
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
 * with a dot. Where a model lies in such a folder all the same, the log says so once.
 *
 * @thread one at a time, and none that must not wait: touches files
 * @source Triton Inference Server, model repository layout
 */
public final class ModelRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);

    /** What people bring along, or write by mistake. */
    private static final List<String> NOT_READ = List.of("model.yml");

    /** Of a model.yaml alone, which has a pipeline or is faulty: an empty folder would be lost in many an archive. */
    private static final long ONLY_VERSION = 1;

    private final Path root;
    private final Set<String> warned = new HashSet<>();

    /** By folder, as at the last look. */
    private Map<Path, Known> known = Map.of();

    private record Known(NavigableMap<Long, Fingerprint> versions, OwnSettings said) {

        static final Known NOTHING = new Known(new TreeMap<>(), OwnSettings.unknown());
    }

    public ModelRepository(Path root) {
        this.root = root;
    }

    /**
     * Every model, by name, with what it has now. Called again, it says what has come and gone since.
     *
     * @throws IOException when the directory itself cannot be read, with a message for people
     */
    public List<ModelFolder> scan() throws IOException {
        Optional<String> fault = fault(root);
        if (fault.isPresent()) {
            throw new IOException(fault.get());
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

    /** Why that cannot be one, for people. */
    static Optional<String> fault(Path root) {
        return Files.isDirectory(root)
                ? Optional.empty()
                : Optional.of("the model repository " + root.toAbsolutePath() + " is not a directory");
    }

    private @Nullable ModelFolder look(Path folder, Map<Path, Known> now) {
        Known found = look(folder, known.getOrDefault(folder, Known.NOTHING));
        OwnSettings said = found.said;
        if (found.versions.isEmpty() && said.sources().isEmpty()) {
            warnOnce(folder
                    + " holds no version folder (1, 2, ...), names no sources and no pipeline, and is not a model");
            return null;
        }
        for (String other : NOT_READ) {
            if (Files.exists(folder.resolve(other))) {
                warnOnce(folder.resolve(other) + " is not read; settings of a model stand in its model.yaml");
            }
        }
        if (!ModelFolder.NAME.matcher(folder.getFileName().toString()).matches()) {
            warnOnce(folder + " is served under the name of its folder, which pipelines, URLs and command lines may not"
                    + " take as it stands: " + ModelFolder.NAME_RULE);
        }
        now.put(folder, found);
        NavigableMap<Long, Fingerprint> versions = new TreeMap<>();
        found.versions.forEach(
                (version, files) -> versions.put(version, files.with(said.loading(), said.writtenMillis())));
        for (long version : said.sources().keySet()) {
            if (versions.containsKey(version)) {
                warnOnce(folder + " has a version " + version + ", so that of sources in its model.yaml is not asked");
            }
        }
        return new ModelFolder(
                        folder.getFileName().toString(),
                        folder,
                        versions,
                        said.policy(),
                        said.labels(),
                        said.traffic(),
                        said.groups(),
                        Map.of(),
                        new Fingerprint(said.loading(), said.writtenMillis()))
                .with(said.sources());
    }

    /** What cannot be read is as it was: nothing is taken out of service because a disk does not answer. */
    private Known look(Path folder, Known before) {
        NavigableMap<Long, Fingerprint> versions = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path version : entries.toList()) {
                String number = version.getFileName().toString();
                if (VersionPolicy.NUMBER.matcher(number).matches() && Files.isDirectory(version)) {
                    look(version, before.versions.get(Long.valueOf(number)))
                            .ifPresent(files -> versions.put(Long.valueOf(number), files));
                } else if (!number.startsWith(".") && ModelFolder.holdsModel(version)) {
                    warnOnce(version + " holds a model and is passed over: the folder of a version is named by a"
                            + " number without leading zeros (1, 2, ...)");
                }
            }
            OwnSettings said = OwnSettings.of(folder, before.said);
            if (versions.isEmpty() && said.areOfVersion()) {
                versions.put(ONLY_VERSION, Fingerprint.NONE);
            }
            return new Known(versions, said);
        } catch (IOException e) {
            warnOnce(folder + " cannot be read: " + e);
            return before;
        }
    }

    private Optional<Fingerprint> look(Path version, @Nullable Fingerprint before) {
        try {
            return Optional.of(Fingerprint.of(version));
        } catch (IOException e) {
            if (Files.isDirectory(version)) {
                warnOnce(version + " cannot be read: " + e);
                return Optional.ofNullable(before);
            }
            return Optional.empty(); // it has gone while it was looked at
        }
    }

    private void warnOnce(String warning) {
        if (warned.add(warning)) {
            LOG.warn("{}", warning);
        }
    }
}
