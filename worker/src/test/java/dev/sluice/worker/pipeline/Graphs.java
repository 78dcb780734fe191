package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pipelines of models that have been made up: {@code x INT64[-1] -> y INT64[-1]} and the like. */
final class Graphs {

    private final Map<String, StageSpec> models = new HashMap<>();
    private final List<String> stages = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    final PipelineFaults faults = new PipelineFaults();

    /** @param signature as in {@code x INT64[-1,4], z FP32[2] optional -> y INT64[-1]} */
    Graphs model(String name, String signature) {
        String[] sides = signature.split("->");
        List<TensorSpec> inputs = specs(sides[0]);
        List<TensorSpec> given = specs(sides[1]);
        List<TensorSpec> all = new ArrayList<>(inputs);
        all.addAll(given);
        boolean batched = all.stream()
                .allMatch(spec -> spec.shape().rank() > 0 && spec.shape().dimension(0) == Shape.VARIABLE);
        models.put(name, new StageSpec(new Signature(inputs, given, batched), null));
        return this;
    }

    /** Its owner declares how boxes are read of its outputs. */
    Graphs declare(String name, BoxesOutput how) {
        models.computeIfPresent(name, (same, spec) -> new StageSpec(spec.signature(), how));
        return this;
    }

    private static List<TensorSpec> specs(String side) {
        return Arrays.stream(side.split(";"))
                .map(String::strip)
                .map(Graphs::spec)
                .toList();
    }

    private static TensorSpec spec(String text) {
        String[] words = text.split(" ");
        int bracket = words[1].indexOf('[');
        String dims = words[1].substring(bracket + 1, words[1].length() - 1);
        long[] shape = dims.isEmpty()
                ? new long[0]
                : Arrays.stream(dims.split(",")).mapToLong(Long::parseLong).toArray();
        return new TensorSpec(
                words[0], DataType.valueOf(words[1].substring(0, bracket)), new Shape(shape), words.length > 2);
    }

    Graphs stages(String... lines) {
        stages.addAll(List.of(lines));
        return this;
    }

    Graphs outputs(String... lines) {
        outputs.addAll(List.of(lines));
        return this;
    }

    Optional<PipelinePlan> read() {
        Pipeline pipeline = PipelineText.read(stages, outputs, faults);
        Map<String, StageSpec> stageModels = new HashMap<>();
        pipeline.asking()
                .forEach(stage ->
                        stageModels.put(stage.name(), models.get(stage.model().name())));
        return PipelinePlan.of(pipeline, stageModels, faults);
    }

    PipelinePlan plan() {
        return read().orElseThrow(() -> new AssertionError(faults.byLine()));
    }

    /** The one thing that is wrong with it. */
    String fault() {
        Optional<PipelinePlan> plan = read();
        if (plan.isPresent() || faults.byLine().size() != 1) {
            throw new AssertionError(plan + " " + faults.byLine());
        }
        return faults.byLine().values().iterator().next();
    }
}
