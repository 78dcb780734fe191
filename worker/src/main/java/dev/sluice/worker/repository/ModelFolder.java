package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a repository has of one model.
 *
 * @param versions what the files of each version look like; never empty
 * @param policy which of them its model.yaml wants served; the newest where that cannot be read
 * @param labels other names of versions, as its model.yaml has them
 * @param traffic how a version is tried before it serves, as its model.yaml has it
 * @param instances worker threads of each version, as its model.yaml has it; 0 where that says nothing
 */
public record ModelFolder(
        String name,
        Path folder,
        NavigableMap<Long, Fingerprint> versions,
        VersionPolicy policy,
        Map<String, Long> labels,
        TrafficConfig traffic,
        int instances) {

    public ModelFolder {
        versions = Collections.unmodifiableNavigableMap(new TreeMap<>(versions));
        labels = Map.copyOf(labels);
    }

    /** Where one of its versions is. */
    public ModelLocation location(long version) {
        Fingerprint fingerprint = versions.get(version);
        if (fingerprint == null) {
            throw new IllegalArgumentException("model " + name + " has no version " + version);
        }
        Path modelFile = folder.resolve(Long.toString(version)).resolve("model.onnx");
        return new ModelLocation(new ModelId(name, version), modelFile, folder.resolve("model.yaml"), fingerprint);
    }
}
