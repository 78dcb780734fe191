package dev.sluice.worker.repository;

import dev.sluice.worker.pipeline.Pipeline;
import dev.sluice.worker.pipeline.PipelineFaults;
import dev.sluice.worker.pipeline.PipelineText;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the pipeline of a version is written: in a {@code pipeline.yaml} of its own, in place of a {@code model.onnx}, or
 * for all versions in the model's model.yaml, or in its {@code config.pbtxt}.
 *
 * @param own of the version; null if it has none
 * @param settings the model's model.yaml
 * @thread any that may wait; reads files
 */
public record PipelineFile(@Nullable Path own, Path settings, PipelineConfig said) {

    private static final String OWN = "pipeline.yaml";
    private static final String SECTION = "pipeline.";

    /**
     * That of a version; empty if it is a model with a file of its own.
     *
     * @throws SettingsException when what is written is no pipeline, or stands beside such a file
     */
    public static Optional<PipelineFile> of(ModelLocation location) {
        Path own = location.modelFile().resolveSibling(OWN);
        boolean hasOwn = Files.exists(own);
        PipelineConfig said = hasOwn
                ? Settings.of(PipelineConfig.class).file(own).load()
                : ModelConfig.read(location.configFile()).pipeline();
        if (!said.isSaid() && !hasOwn) {
            return Optional.empty();
        }
        Path where = hasOwn ? own : location.configFile();
        if (Files.exists(location.modelFile()) || location.source() != null) {
            throw new SettingsException(
                    List.of(where + ": a pipeline has no model file of its own, and this version has one"));
        }
        if (said.stages().isEmpty() || said.outputs().isEmpty()) {
            String missing = said.stages().isEmpty() ? "stages" : "outputs";
            throw new SettingsException(List.of(where + ": a pipeline has no " + missing));
        }
        return Optional.of(new PipelineFile(hasOwn ? own : null, location.configFile(), said));
    }

    /** As it is written; what cannot be read of it is told to {@code faults}. */
    public Pipeline read(PipelineFaults faults) {
        return PipelineText.read(said.stages(), said.outputs(), faults);
    }

    /** What is wrong with it, each with file and line. */
    public SettingsException refused(PipelineFaults faults) {
        Map<String, Function<String, Optional<String>>> checks = new HashMap<>();
        Function<String, Optional<String>> check =
                line -> Optional.ofNullable(faults.byLine().get(line)).map(problem -> problem + " (" + line + ")");
        String section = own == null ? SECTION : "";
        checks.put(section + "stages", check);
        checks.put(section + "outputs", check);
        try {
            if (own == null) {
                ModelConfig.read(settings, checks);
            } else {
                Settings.of(PipelineConfig.class).file(own).load(checks);
            }
        } catch (SettingsException placed) {
            return placed;
        }
        return new SettingsException(List.copyOf(faults.byLine().values())); // the file has just changed
    }
}
