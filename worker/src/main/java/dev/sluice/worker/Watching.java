package dev.sluice.worker;

import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.drift.OutputWatch;
import dev.sluice.worker.repository.DriftConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * How the answers of a model are watched, and by what they are measured.
 *
 * @param choice which of its outputs
 */
record Watching(DriftOptions options, OutputWatch.Choice choice) {

    static Watching of(DriftConfig model, DriftOptions node) {
        return new Watching(
                node.with(model.watch() == DriftConfig.Watch.AUTO, model.window()),
                new OutputWatch.Choice(model.outputs(), model.values()));
    }

    /**
     * Who watches a version; for a thread that may wait.
     *
     * @param remark told of a baseline that cannot be understood: it is no reason not to serve
     * @throws IllegalArgumentException when the choice does not suit the model
     */
    OutputWatch watch(Path modelFile, Signature signature, Consumer<String> remark) {
        SplittableRandom random = new SplittableRandom();
        List<OutputSample> baseline = List.of();
        try {
            baseline = baseline(modelFile, signature, random);
        } catch (IOException | IllegalArgumentException broken) {
            remark.accept("its answers are compared with nothing: " + broken.getMessage());
        }
        return OutputWatch.of(signature, choice, options, baseline, random);
    }

    /** Golden samples are few in most cases, and chosen, not drawn; where they are many they are better than nothing. */
    private List<OutputSample> baseline(Path modelFile, Signature signature, SplittableRandom random)
            throws IOException {
        List<OutputSample> kept = BaselineFile.of(modelFile);
        if (!kept.isEmpty() || !options.enabled()) {
            return kept;
        }
        List<Tensor> golden = GoldenSample.of(modelFile).stream()
                .flatMap(sample -> sample.outputs().stream())
                .toList();
        return OutputWatch.sample(signature, choice, golden, random).stream()
                .filter(sample -> sample.size() >= options.minSamples())
                .toList();
    }
}
