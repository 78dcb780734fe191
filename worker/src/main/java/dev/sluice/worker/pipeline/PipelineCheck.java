package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.detection.Numbers;
import dev.sluice.worker.pipeline.Pipeline.Input;
import dev.sluice.worker.pipeline.Pipeline.Output;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds a pipeline against its stages' signatures, once: what is given must be what is taken, by name, type and shape,
 * and no stage may wait for itself.
 *
 * @thread confined to the caller of {@link #plan}
 * @errors told to {@link PipelineFaults}
 */
final class PipelineCheck {

    private final Pipeline pipeline;
    private final Map<String, Signature> signatures;
    private final PipelineFaults faults;
    private final RowKinds rows;
    private final Presence presence;
    private final Map<String, Stage> stages = new LinkedHashMap<>();

    /** The pipeline's own inputs, as all who take them want them. */
    private final Map<String, TensorSpec> inputs = new LinkedHashMap<>();

    PipelineCheck(Pipeline pipeline, Map<String, Signature> signatures, PipelineFaults faults) {
        this.pipeline = pipeline;
        this.signatures = new HashMap<>(signatures);
        this.faults = faults;
        this.rows = new RowKinds(faults);
        pipeline.stages().forEach(stage -> stages.put(stage.name(), stage));
        this.presence = new Presence(stages);
    }

    Optional<PipelinePlan> plan() {
        List<Stage> inOrder = inOrder();
        if (!faults.isEmpty()) {
            return Optional.empty(); // of a crop in a circle nobody knows what it gives
        }
        inOrder.stream().filter(Stage::asksModel).forEach(this::takeOwnInputs);
        for (Stage stage : inOrder) {
            if (stage.task() instanceof Crop crop) {
                takeCrop(stage, crop);
            }
            if (!signatures.containsKey(stage.name())) {
                return Optional.empty();
            }
            takeInputs(stage);
            rows.place(stage, signature(stage.name()));
        }
        inOrder.forEach(this::checkTest);
        List<TensorSpec> outputs = outputs();
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        PlanLayout layout = new PlanLayout(pipeline, inOrder, signatures, inputs.keySet());
        inOrder.stream()
                .filter(stage -> !layout.takesFrom(stage))
                .forEach(stage -> faults.add(stage.line(), "gives nothing that anybody takes"));
        return faults.isEmpty()
                ? Optional.of(layout.plan(new Signature(List.copyOf(inputs.values()), outputs, isBatched(inOrder))))
                : Optional.empty();
    }

    /** Whether all stages take rows, and what comes out has those that were sent. */
    private boolean isBatched(List<Stage> inOrder) {
        return inOrder.stream().allMatch(stage -> signature(stage.name()).batched())
                && pipeline.outputs().stream()
                        .flatMap(output -> output.from().stream())
                        .allMatch(rows::areSent);
    }

    private Signature signature(String stage) {
        return Objects.requireNonNull(signatures.get(stage), stage);
    }

    /** Each behind those that it waits for. */
    private List<Stage> inOrder() {
        List<Stage> placed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<Stage> left = new ArrayList<>(stages.values());
        while (!left.isEmpty()) {
            List<Stage> next = left.stream()
                    .filter(stage -> stage.sources().allMatch(from -> from.isInput() || names.contains(from.stage())))
                    .toList();
            if (next.isEmpty()) {
                String circle = left.stream()
                        .filter(stage -> !(stage.task() instanceof DeclaredBoxes))
                        .map(Stage::name)
                        .collect(Collectors.joining(", "));
                left.forEach(stage -> faults.add(stage.line(), "waits for itself (among " + circle + ")"));
                return List.of();
            }
            next.forEach(stage -> names.add(stage.name()));
            placed.addAll(next);
            left.removeAll(next);
        }
        return placed;
    }

    /** What models take says what clients send, and only then a crop, which takes what there is. */
    private void takeOwnInputs(Stage stage) {
        for (Input input : stage.inputs()) {
            TensorSpec wanted = input.from().isInput() ? wanted(stage, input) : null;
            if (wanted != null) {
                takeOwn(stage, input.from().tensor(), wanted);
            }
        }
    }

    private void takeCrop(Stage stage, Crop crop) {
        Map<String, TensorSpec> given = new LinkedHashMap<>();
        for (Input input : stage.inputs()) {
            Source from = input.from();
            TensorSpec usual = from.isInput() ? CropCheck.usual(input.name()) : null;
            if (usual != null && !inputs.containsKey(from.tensor())) {
                takeOwn(stage, from.tensor(), usual);
            }
            TensorSpec spec = from.isInput() ? inputs.get(from.tensor()) : given(from, stage.line());
            if (spec == null) {
                faults.add(stage.line(), "takes " + from + ", of which nothing says what it is");
                return;
            }
            given.put(input.name(), new TensorSpec(input.name(), spec.dataType(), spec.shape()));
        }
        try {
            signatures.put(stage.name(), CropCheck.signature(crop, given));
        } catch (IllegalArgumentException unfit) {
            faults.add(stage.line(), String.valueOf(unfit.getMessage()));
        }
    }

    private void takeInputs(Stage stage) {
        Set<String> fed = new HashSet<>();
        for (Input input : stage.inputs()) {
            TensorSpec wanted = wanted(stage, input);
            if (wanted == null) {
                continue;
            }
            if (!fed.add(wanted.name())) {
                faults.add(stage.line(), "feeds " + wanted.name() + " twice");
            }
            if (!input.from().isInput()) {
                TensorSpec given = given(input.from(), stage.line());
                if (given != null && (given.dataType() != wanted.dataType() || both(given, wanted) == null)) {
                    faults.add(stage.line(), "takes " + wanted + ", and " + input.from() + " is " + type(given));
                }
            }
        }
        signature(stage.name()).inputs().stream()
                .filter(spec -> !spec.optional() && !fed.contains(spec.name()))
                .forEach(spec -> faults.add(stage.line(), "does not say where " + spec + " comes from"));
    }

    private static @Nullable Shape both(TensorSpec one, TensorSpec other) {
        return PipelinePlan.both(one.shape(), other.shape());
    }

    private static String type(TensorSpec spec) {
        return spec.dataType() + spec.shape().toString();
    }

    private @Nullable TensorSpec wanted(Stage stage, Input input) {
        List<TensorSpec> all = signature(stage.name()).inputs();
        if (input.name().isEmpty() && all.size() == 1) {
            return all.getFirst();
        }
        int index = signature(stage.name()).indexOfInput(input.name());
        if (index < 0) {
            faults.add(
                    stage.line(),
                    input.name().isEmpty()
                            ? "must say which input " + input.from() + " is for (" + stage.task() + " has " + all + ")"
                            : "feeds " + input.name() + ", which " + stage.task() + " does not take (it takes " + all
                                    + ")");
            return null;
        }
        return all.get(index);
    }

    /** Several may take one input of the pipeline's; it is then as narrow as the narrowest, and optional if it is to all. */
    private void takeOwn(Stage stage, String name, TensorSpec wanted) {
        TensorSpec before = inputs.get(name);
        if (before == null) {
            inputs.put(name, new TensorSpec(name, wanted.dataType(), wanted.shape(), wanted.optional()));
            return;
        }
        Shape both = both(before, wanted);
        if (before.dataType() != wanted.dataType() || both == null) {
            faults.add(stage.line(), "takes " + wanted + ", and elsewhere " + name + " is " + type(before));
        } else {
            inputs.put(name, new TensorSpec(name, wanted.dataType(), both, before.optional() && wanted.optional()));
        }
    }

    private void checkTest(Stage stage) {
        Switch test = stage.test();
        if (test == null) {
            return;
        }
        TensorSpec tested = test.of().isInput() ? inputs.get(test.of().tensor()) : given(test.of(), stage.line());
        if (tested == null) {
            faults.add(stage.line(), "tests " + test.of() + ", which no stage takes");
        } else if (!Numbers.reads(tested.dataType())) {
            faults.add(
                    stage.line(),
                    "tests " + test.of() + ", which is no number that can be compared but " + tested.dataType());
        } else if (signature(stage.name()).batched() && hasManyInARow(tested.shape())) {
            faults.add(
                    stage.line(), "tests " + test.of() + ", which is not one number for each row but " + type(tested));
        }
    }

    private static boolean hasManyInARow(Shape shape) {
        for (int axis = 1; axis < shape.rank(); axis++) {
            if (shape.dimension(axis) > 1) {
                return true;
            }
        }
        return false;
    }

    /** What the stage's model says of that output. */
    private @Nullable TensorSpec given(Source from, String line) {
        List<TensorSpec> all = signature(from.stage()).outputs();
        if (from.tensor().isEmpty() && all.size() == 1) {
            return all.getFirst();
        }
        TensorSpec spec = signature(from.stage()).output(from.tensor());
        if (spec == null) {
            faults.add(
                    line,
                    from.tensor().isEmpty()
                            ? "must say which output of " + from.stage() + " it means (it has " + all + ")"
                            : "speaks of " + from + ", which is not among what " + from.stage() + " gives: " + all);
        }
        return spec;
    }

    private List<TensorSpec> outputs() {
        List<TensorSpec> outputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Output output : pipeline.outputs()) {
            TensorSpec spec = output(output);
            if (spec != null) {
                if (!names.add(spec.name())) {
                    faults.add(output.line(), "has the name of another output, " + spec.name());
                }
                outputs.add(spec);
            }
        }
        return outputs;
    }

    private @Nullable TensorSpec output(Output output) {
        boolean isOfRows = rows.common(output.from(), output.line()) != null;
        @Nullable TensorSpec all = null;
        for (Source from : output.from()) {
            TensorSpec given = given(from, output.line());
            if (given == null) {
                return null;
            }
            String name = output.name().isEmpty() ? given.name() : output.name();
            Shape shape = all == null ? given.shape() : PipelinePlan.wider(all.shape(), given.shape());
            if (all != null
                    && (all.dataType() != given.dataType()
                            || shape == null
                            || (isOfRows && !agreeBeyondRows(all.shape(), given.shape())))) {
                faults.add(output.line(), "is " + type(all) + " or, as " + from + ", " + type(given));
                return null;
            }
            all = new TensorSpec(name, given.dataType(), Objects.requireNonNull(shape));
        }
        if (all != null && !output.combination().takes(all.dataType())) {
            faults.add(output.line(), "cannot be a " + output.combination().word() + " of " + type(all));
        }
        if (faults.isEmpty() && output.combination() != Combination.FIRST) {
            output.from().stream()
                    .filter(from -> !presence.isCertain(from))
                    .forEach(from -> faults.add(output.line(), from + " may have no value, for its stage may not run"));
        } else if (faults.isEmpty() && !presence.isCertain(output)) {
            faults.add(
                    output.line(),
                    "may have no value: end it with else and a stage that always runs, or with two of which one has if"
                            + " and the other unless");
        }
        return all;
    }

    /** Or rows of one request that go different ways could not come together. */
    private static boolean agreeBeyondRows(Shape one, Shape other) {
        return PipelinePlan.both(one.withRows(Shape.VARIABLE), other.withRows(Shape.VARIABLE)) != null;
    }
}
