package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline whose stages have been found and fit together.
 *
 * <p>Each tensor that is passed on has a slot: first the pipeline's inputs, then what stages give and somebody takes.
 *
 * @param signature of the whole, as clients see it
 * @param steps the stages, each behind those that it waits for
 * @param results by the signature's outputs, how each is made
 * @param slots how many there are
 * @thread immutable
 */
public record PipelinePlan(Signature signature, List<Step> steps, List<Result> results, int slots) {

    public PipelinePlan {
        steps = List.copyOf(steps);
        results = List.copyOf(results);
    }

    /**
     * A stage with the signature of what it does.
     *
     * @param feeds in the order of the model's inputs
     * @param outputs names of those that somebody takes
     * @param slots of those
     */
    public record Step(
            String name,
            StageTask task,
            Signature signature,
            List<Feed> feeds,
            @Nullable Condition condition,
            List<String> outputs,
            List<Integer> slots) {

        public Step {
            feeds = List.copyOf(feeds);
            outputs = List.copyOf(outputs);
            slots = List.copyOf(slots);
        }

        public boolean asksModel() {
            return task instanceof StageModel;
        }
    }

    /** @param spec what the stage's model says of that input */
    public record Feed(TensorSpec spec, int slot) {}

    /** @param slots of what it is made of */
    public record Result(Combination combination, List<Integer> slots) {

        public Result {
            slots = List.copyOf(slots);
        }
    }

    /** @param slot what the test reads */
    public record Condition(Switch test, int slot) {}

    /**
     * Holds a pipeline against its stages' models.
     *
     * @param models by the names of the stages
     * @return empty if {@code faults} has been told of anything
     */
    public static Optional<PipelinePlan> of(Pipeline pipeline, Map<String, StageSpec> models, PipelineFaults faults) {
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        BoxStages whole = BoxStages.among(pipeline, models, faults);
        return faults.isEmpty()
                ? new PipelineCheck(whole.pipeline(), whole.signatures(), faults).plan()
                : Optional.empty();
    }

    /** Those that its stages ask. */
    public List<StageModel> models() {
        return steps.stream()
                .map(Step::task)
                .filter(StageModel.class::isInstance)
                .map(StageModel.class::cast)
                .toList();
    }

    /** A stage cannot be asked. */
    public static void lacks(Pipeline.Stage stage, String why, PipelineFaults faults) {
        faults.add(stage.line(), "stage " + stage.name() + ": " + why);
    }

    /** The place of that output in the signature; -1 if there is none. */
    int indexOfOutput(String name) {
        return signature.outputNames().indexOf(name);
    }

    /** As open as both together are. */
    static @Nullable Shape wider(Shape one, Shape other) {
        if (one.rank() != other.rank()) {
            return null;
        }
        Shape wider = one;
        for (int axis = 0; axis < one.rank(); axis++) {
            wider = one.dimension(axis) == other.dimension(axis) ? wider : wider.with(axis, Shape.VARIABLE);
        }
        return wider;
    }

    /** What both say, where they do not contradict each other; null where they do. */
    static @Nullable Shape both(Shape one, Shape other) {
        if (one.rank() != other.rank()) {
            return null;
        }
        Shape both = one;
        for (int axis = 0; axis < one.rank(); axis++) {
            long size = one.dimension(axis);
            long otherSize = other.dimension(axis);
            if (size == Shape.VARIABLE) {
                both = both.with(axis, otherSize);
            } else if (otherSize != Shape.VARIABLE && otherSize != size) {
                return null;
            }
        }
        return both;
    }
}
