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
    private static final String STAGES = "stages";
    private static final String OUTPUTS = "outputs";

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
        PipelineFile file = new PipelineFile(hasOwn ? own : null, location.configFile(), said);
        if (said.stages().isEmpty() || said.outputs().isEmpty()) {
            throw file.half(where);
        }
        return Optional.of(file);
    }

    /** Told where the half of it stands that there is. */
    private SettingsException half(Path where) {
        String missing = said.stages().isEmpty() ? STAGES : OUTPUTS;
        String there = said.stages().isEmpty() ? OUTPUTS : STAGES;
        String problem = "a pipeline has no " + missing;
        String first = placed(Map.of(section() + there, line -> Optional.of(problem)))
                .map(placed -> placed.problems().getFirst())
                .orElse(where + ": " + problem);
        return new SettingsException(List.of(first));
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
        checks.put(section() + STAGES, check);
        checks.put(section() + OUTPUTS, check);
        return placed(checks)
                .orElseGet(
                        () -> new SettingsException(List.copyOf(faults.byLine().values()))); // it has just changed
    }

    private String section() {
        return own == null ? SECTION : "";
    }

    /** What those checks find in the file, if that is still what it was. */
    private Optional<SettingsException> placed(Map<String, Function<String, Optional<String>>> checks) {
        try {
            if (own == null) {
                ModelConfig.read(settings, checks);
            } else {
                Settings.of(PipelineConfig.class).file(own).load(checks);
            }
            return Optional.empty();
        } catch (SettingsException placed) {
            return Optional.of(placed);
        }
    }
}
