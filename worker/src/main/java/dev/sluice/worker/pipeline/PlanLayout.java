package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import dev.sluice.worker.pipeline.PipelinePlan.Condition;
import dev.sluice.worker.pipeline.PipelinePlan.Feed;
import dev.sluice.worker.pipeline.PipelinePlan.Result;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Lays out a pipeline whose stages fit together: gives each tensor that somebody takes a slot, and each stage its
 * slots.
 *
 * @thread confined to the thread that loads
 */
final class PlanLayout {

    private final Pipeline pipeline;
    private final List<Stage> inOrder;
    private final Map<String, Signature> signatures;

    /** By what there is and somebody takes, in the order in which the plan counts slots. */
    private final Map<Source, Integer> slots = new LinkedHashMap<>();

    /**
     * @param inOrder the stages, each behind those that it waits for
     * @param signatures by the names of the stages, of each of them
     * @param inputs names of the pipeline's own
     */
    PlanLayout(Pipeline pipeline, List<Stage> inOrder, Map<String, Signature> signatures, Set<String> inputs) {
        this.pipeline = pipeline;
        this.inOrder = inOrder;
        this.signatures = signatures;
        inputs.forEach(name -> slot(new Source("", name)));
        inOrder.forEach(stage -> stage.sources().map(this::whole).forEach(this::slot));
        pipeline.outputs().forEach(output -> output.from().forEach(from -> slot(whole(from))));
    }

    private int slot(Source whole) {
        return slots.computeIfAbsent(whole, first -> slots.size());
    }

    /** With the tensor's name where that was left out. */
    private Source whole(Source from) {
        return from.isInput() || !from.tensor().isEmpty()
                ? from
                : new Source(
                        from.stage(),
                        signature(from.stage()).outputs().getFirst().name());
    }

    private Signature signature(String stage) {
        return Objects.requireNonNull(signatures.get(stage), stage);
    }

    /** Whether anybody takes anything that it gives. */
    boolean takesFrom(Stage stage) {
        return slots.keySet().stream().anyMatch(from -> from.stage().equals(stage.name()));
    }

    /** @param signature of the whole */
    PipelinePlan plan(Signature signature) {
        List<Result> results = pipeline.outputs().stream()
                .map(output -> new Result(
                        output.combination(),
                        output.from().stream().map(from -> slot(whole(from))).toList()))
                .toList();
        return new PipelinePlan(signature, inOrder.stream().map(this::step).toList(), results, slots.size());
    }

    private Step step(Stage stage) {
        Signature signature = signature(stage.name());
        List<Feed> feeds = new ArrayList<>();
        for (TensorSpec spec : signature.inputs()) {
            stage.inputs().stream()
                    .filter(input -> input.name().isEmpty() || input.name().equals(spec.name()))
                    .findFirst()
                    .ifPresent(input -> feeds.add(new Feed(spec, slot(whole(input.from())))));
        }
        List<String> outputs = new ArrayList<>();
        List<Integer> outputSlots = new ArrayList<>();
        slots.forEach((from, slot) -> {
            if (from.stage().equals(stage.name())) {
                outputs.add(from.tensor());
                outputSlots.add(slot);
            }
        });
        Switch test = stage.test();
        Condition condition = test == null ? null : new Condition(test, slot(whole(test.of())));
        return new Step(stage.name(), stage.task(), signature, feeds, condition, outputs, outputSlots);
    }
}
