package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One model version in a repository.
 *
 * @param modelFile the ONNX file; whether it exists is found out when it is loaded
 * @param configFile the model's model.yaml, which need not exist
 * @param fingerprint what both looked like when they were found
 */
public record ModelLocation(ModelId model, Path modelFile, Path configFile, Fingerprint fingerprint) {

    /** Whether the version's files look as they did then; reads the directory. */
    public boolean isAsFound() {
        try {
            Fingerprint now = Fingerprint.of(modelFile.resolveSibling(""));
            return !now.files().isEmpty() && fingerprint.files().startsWith(now.files()); // behind them are settings
        } catch (IOException unreadable) {
            return false;
        }
    }
}
