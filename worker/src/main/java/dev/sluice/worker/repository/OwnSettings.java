package dev.sluice.worker.repository;

import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * What a model.yaml says of the model's versions and of their traffic, and what it looks like.
 *
 * @param loading what matters to a version that is loaded, as text; when that changes it is loaded anew
 * @param stamp what the file looks like from outside
 * @param writtenMillis when it was written, in milliseconds since 1970
 */
record OwnSettings(
        VersionPolicy policy,
        Map<String, Long> labels,
        TrafficConfig traffic,
        String loading,
        String stamp,
        long writtenMillis) {

    private static final OwnSettings NONE =
            new OwnSettings(VersionPolicy.NEWEST, Map.of(), TrafficConfig.NONE, "", "", 0);

    /**
     * Those of a folder now. Of a file that cannot be understood the versions that were known before stay, and whoever
     * loads the model says what is wrong.
     */
    static OwnSettings of(Path folder, OwnSettings before) throws IOException {
        Path file = folder.resolve("model.yaml");
        BasicFileAttributes of;
        try {
            of = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException thereIsNone) {
            return NONE;
        }
        long millis = of.lastModifiedTime().toMillis();
        String stamp = of.size() + " " + millis + " " + of.fileKey();
        if (stamp.equals(before.stamp)) {
            return before;
        }
        try {
            ModelConfig config = ModelConfig.read(file);
            return new OwnSettings(
                    config.versionPolicy(),
                    config.labelledVersions(),
                    config.traffic(),
                    config.ofLoading(),
                    stamp,
                    millis);
        } catch (SettingsException | IllegalArgumentException | StackOverflowError faulty) {
            return new OwnSettings(before.policy, before.labels, before.traffic, "faulty " + stamp, stamp, millis);
        }
    }

    static OwnSettings unknown() {
        return NONE;
    }
}
