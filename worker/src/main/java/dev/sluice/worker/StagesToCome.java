package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.pipeline.Pipeline;
import dev.sluice.worker.pipeline.PipelineFaults;
import dev.sluice.worker.pipeline.PipelinePlan;
import dev.sluice.worker.pipeline.StageModel;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.PipelineFile;
import dev.sluice.worker.settings.SettingsException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Whether the stages of a pipeline are among the models that are going to be in memory, and none of them waits for the
 * pipeline itself.
 *
 * @param wanted what is to be in memory, now
 * @thread the control thread; {@link #check} any that may wait, for it reads files
 */
record StagesToCome(Supplier<Collection<ModelLocation>> wanted) {

    /** Whether that version is still among them. */
    boolean isWanted(ModelLocation version) {
        return wanted.get().stream()
                .anyMatch(location -> location.model().equals(version.model())
                        && location.fingerprint().equals(version.fingerprint()));
    }

    /** Whether any version that could answer for it has not had its try. */
    boolean mayCome(StageModel stage, StageDirectory directory) {
        return wanted.get().stream()
                .map(ModelLocation::model)
                .filter(model -> isOf(stage, model))
                .anyMatch(model -> isUntried(directory.state(model)));
    }

    private static boolean isUntried(ModelState state) {
        return switch (state) {
            case LOADING, WARMING, UNLOADED, DRAINING -> true;
            case READY, ASLEEP, FAILED -> false;
        };
    }

    private static boolean isOf(StageModel stage, ModelId model) {
        boolean anyVersion = !stage.hasNumber() || stage.version().equals(Long.toString(model.version()));
        return model.name().equals(stage.name()) && anyVersion;
    }

    /** As they are now. */
    List<ModelLocation> all() {
        return List.copyOf(wanted.get());
    }

    /**
     * A pipeline may have others for stages, but no circle is ever ready.
     *
     * @param all that is wanted
     */
    static void check(ModelId model, Pipeline pipeline, List<ModelLocation> all, PipelineFaults faults) {
        for (Pipeline.Stage stage : pipeline.asking()) {
            if (reaches(stage.model().name(), model.name(), all, new TreeSet<>())) {
                PipelinePlan.lacks(
                        stage,
                        "model " + stage.model().name() + " waits for model " + model.name() + " itself",
                        faults);
            }
        }
    }

    private static boolean reaches(String from, String to, List<ModelLocation> all, Set<String> seen) {
        if (from.equals(to)) {
            return true;
        }
        return seen.add(from)
                && all.stream()
                        .filter(location -> location.model().name().equals(from))
                        .flatMap(location -> stages(location).stream())
                        .anyMatch(next -> reaches(next, to, all, seen));
    }

    /** Of what cannot be read, whoever loads it says why. */
    static List<String> stages(ModelLocation location) {
        try {
            return PipelineFile.of(location)
                    .map(file -> file.read(new PipelineFaults()).asking().stream()
                            .map(stage -> stage.model().name())
                            .toList())
                    .orElse(List.of());
        } catch (SettingsException faulty) {
            return List.of();
        }
    }
}
