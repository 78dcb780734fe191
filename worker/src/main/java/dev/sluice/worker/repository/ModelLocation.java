package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One model version in a repository.
 *
 * @param modelFile the model's file, or the folder that it is; whether it exists is found out when it is loaded
 * @param configFile the model's model.yaml, which need not exist
 * @param fingerprint what both looked like when they were found
 * @param source where the file is to be had, if it does not lie in the repository
 */
public record ModelLocation(
        ModelId model,
        Path modelFile,
        Path configFile,
        Fingerprint fingerprint,
        @Nullable ModelSource source) {

    /** One that lies in the repository. */
    public ModelLocation(ModelId model, Path modelFile, Path configFile, Fingerprint fingerprint) {
        this(model, modelFile, configFile, fingerprint, null);
    }

    /** The same when its file has been brought there. */
    public ModelLocation at(Path file) {
        return new ModelLocation(model, file, configFile, fingerprint);
    }

    /** Whether the version's files look as they did then; reads the directory. What came from elsewhere does not change. */
    public boolean isAsFound() {
        if (source != null) {
            return true;
        }
        try {
            Fingerprint now = Fingerprint.of(modelFile.resolveSibling(""));
            return !now.files().isEmpty() && fingerprint.files().startsWith(now.files()); // behind them are settings
        } catch (IOException unreadable) {
            return false;
        }
    }
}
