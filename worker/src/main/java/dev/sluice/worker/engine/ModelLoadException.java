package dev.sluice.worker.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says to the operator which model file cannot be served, and why. */
public final class ModelLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    public ModelLoadException(Path modelFile, String reason) {
        this(modelFile, reason, null);
    }

    public ModelLoadException(Path modelFile, String reason, @Nullable Throwable cause) {
        super(modelFile + ": " + reason, cause);
        this.reason = reason;
    }

    /** Without the file's name. */
    public String reason() {
        return reason;
    }
}
