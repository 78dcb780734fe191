package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.VersionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a repository has of one model.
 *
 * @param versions what the files of each version look like, or its source; never empty
 * @param policy which of them its model.yaml wants served; the newest where that cannot be read
 * @param labels other names of versions, as its model.yaml has them
 * @param traffic how a version is tried before it serves, as its model.yaml has it
 * @param groups on which devices instances of each version run, as its model.yaml has it; empty where it was never
 *     understood
 * @param sources where those versions come from that do not lie here
 * @param settings what in its files matters to every version that is loaded
 */
public record ModelFolder(
        String name,
        Path folder,
        NavigableMap<Long, Fingerprint> versions,
        VersionPolicy policy,
        Map<String, Long> labels,
        TrafficConfig traffic,
        List<GroupConfig> groups,
        Map<Long, ModelSource> sources,
        Fingerprint settings) {

    /** What the engines load, in files and folders. */
    static final List<String> MODEL_FILES = List.of("model.onnx", "model.pt", "model.savedmodel");

    /** Names that are written alike in URLs, in pipelines and on command lines. */
    public static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** For people. */
    public static final String NAME_RULE =
            "a name is up to 128 letters, digits and . _ -, of which the first is a letter or a digit";

    public ModelFolder {
        versions = Collections.unmodifiableNavigableMap(new TreeMap<>(versions));
        labels = Map.copyOf(labels);
        groups = List.copyOf(groups);
        sources = Map.copyOf(sources);
    }

    /** One whose versions all lie here. */
    public ModelFolder(
            String name,
            Path folder,
            NavigableMap<Long, Fingerprint> versions,
            VersionPolicy policy,
            Map<String, Long> labels,
            TrafficConfig traffic,
            List<GroupConfig> groups) {
        this(name, folder, versions, policy, labels, traffic, groups, Map.of(), Fingerprint.NONE);
    }

    /** The same with versions that come from elsewhere; what lies here stays as it is. */
    ModelFolder with(Map<Long, ModelSource> more) {
        NavigableMap<Long, Fingerprint> allVersions = new TreeMap<>(versions);
        Map<Long, ModelSource> allSources = new HashMap<>(sources);
        more.forEach((version, source) -> {
            if (!liesHere(version)) {
                allSources.put(version, source);
                allVersions.put(version, Fingerprint.of(source).with(settings.files(), settings.newestMillis()));
            }
        });
        return new ModelFolder(name, folder, allVersions, policy, labels, traffic, groups, allSources, settings);
    }

    /** Whether that version has files in the repository. */
    public boolean liesHere(long version) {
        return versions.containsKey(version) && !sources.containsKey(version);
    }

    /** Where one of its versions is. */
    public ModelLocation location(long version) {
        Fingerprint fingerprint = versions.get(version);
        if (fingerprint == null) {
            throw new IllegalArgumentException("model " + name + " has no version " + version);
        }
        return new ModelLocation(
                new ModelId(name, version),
                modelFile(folder.resolve(Long.toString(version)), fingerprint),
                folder.resolve("model.yaml"),
                fingerprint,
                sources.get(version));
    }

    /** Whether that folder holds what the engines load. */
    static boolean holdsModel(Path version) {
        return MODEL_FILES.stream().anyMatch(file -> Files.exists(version.resolve(file)));
    }

    /** Of several the first; without any it is the usual one that is missing. */
    private static Path modelFile(Path version, Fingerprint files) {
        return MODEL_FILES.stream()
                .map(version::resolve)
                .filter(files::names)
                .findFirst()
                .orElse(version.resolve(MODEL_FILES.getFirst()));
    }
}
