package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;

/**
 * What a model.yaml, and beneath it a {@code config.pbtxt}, says of the model's versions, their traffic and their number of
 * instances, none of which has anything loaded anew, and what they look like.
 *
 * @param groups on which devices instances run; empty for what the settings say
 * @param sources where versions come from that do not lie in the folder
 * @param pipeline whether the model is made of others, and needs no folder for its only version
 * @param faulty whether they cannot be understood
 * @param loading what matters to a version that is loaded, as text; when that changes it is loaded anew
 * @param stamp what the files look like from outside
 * @param writtenMillis when the later of them was written, in milliseconds since 1970
 */
record OwnSettings(
        VersionPolicy policy,
        Map<String, Long> labels,
        TrafficConfig traffic,
        List<GroupConfig> groups,
        Map<Long, ModelSource> sources,
        boolean pipeline,
        boolean faulty,
        String loading,
        String stamp,
        long writtenMillis) {

    /** Of files that are not there, which say what empty ones say. */
    static final OwnSettings NONE = new OwnSettings(
            VersionPolicy.NEWEST,
            Map.of(),
            TrafficConfig.NONE,
            Settings.of(ModelConfig.class).load().groups(),
            Map.of(),
            false,
            false,
            Settings.of(ModelConfig.class).load().ofLoading() + TritonConfig.NONE.ofLoading(),
            "",
            0);

    private static final OwnSettings UNREAD = new OwnSettings(
            VersionPolicy.NEWEST, Map.of(), TrafficConfig.UNREAD, List.of(), Map.of(), false, false, "", "", 0);

    /**
     * Those of a folder now. Of a file that cannot be understood the versions that were known before stay, and whoever
     * loads the model says what is wrong.
     */
    static OwnSettings of(Path folder, OwnSettings before) throws IOException {
        Path file = folder.resolve("model.yaml");
        StringBuilder stamps = new StringBuilder();
        long millis = Math.max(note(file, stamps), note(folder.resolve(TritonConfig.FILE), stamps));
        String stamp = stamps.toString();
        if (stamp.isEmpty()) {
            return NONE;
        }
        if (stamp.equals(before.stamp)) {
            return before;
        }
        try {
            ModelConfig config = ModelConfig.read(file);
            String loading = config.ofLoading() + TritonConfig.beside(file).ofLoading();
            return new OwnSettings(
                    config.versionPolicy(),
                    config.labelledVersions(),
                    config.traffic(),
                    config.groups(),
                    config.sourcesByVersion(),
                    config.pipeline().isSaid(),
                    false,
                    loading,
                    stamp,
                    millis);
        } catch (SettingsException | IllegalArgumentException | StackOverflowError faulty) {
            return new OwnSettings(
                    before.policy,
                    before.labels,
                    before.traffic,
                    before.groups,
                    before.sources,
                    before.pipeline,
                    true,
                    "faulty " + stamp,
                    stamp,
                    millis);
        }
    }

    /** When that file was written; 0 if there is none. */
    private static long note(Path file, StringBuilder stamps) throws IOException {
        try {
            BasicFileAttributes of = Files.readAttributes(file, BasicFileAttributes.class);
            long millis = of.lastModifiedTime().toMillis();
            stamps.append(file.getFileName()).append(' ').append(of.size());
            stamps.append(' ').append(millis).append(' ').append(of.fileKey()).append('\n');
            return millis;
        } catch (NoSuchFileException thereIsNone) {
            return 0;
        }
    }

    /** Whether a folder without versions is one: a pipeline, or what may be meant for one, so that its owner is told. */
    boolean areOfVersion() {
        return pipeline || (faulty && sources.isEmpty());
    }

    /** Of a folder that has not been looked at yet. */
    static OwnSettings unknown() {
        return UNREAD;
    }
}
