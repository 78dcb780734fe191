package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.pipeline.Pipeline.Input;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a crop names a detector's stage alone, puts a stage between the two that makes boxes of what the detector gives, as its
 * owner declares them.
 *
 * @thread confined to the caller of {@link #among}
 * @errors told to {@link PipelineFaults}
 */
final class BoxStages {

    /** What a crop may name where it takes such boxes, which bring their scores and classes along. */
    private static final Set<String> NAMED = Set.of(Crop.IMAGE, Crop.BOXES, Crop.SEEN);

    private final Map<String, StageSpec> models;
    private final PipelineFaults faults;
    private final Map<String, Stage> stages = new LinkedHashMap<>();
    private final Map<String, Signature> signatures = new HashMap<>();
    private final List<Pipeline.Output> outputs;

    private BoxStages(Pipeline pipeline, Map<String, StageSpec> models, PipelineFaults faults) {
        this.models = models;
        this.faults = faults;
        this.outputs = pipeline.outputs();
        pipeline.stages().forEach(stage -> stages.put(stage.name(), stage));
        models.forEach((stage, spec) -> signatures.put(stage, spec.signature()));
    }

    /** @param models by the names of the stages */
    static BoxStages among(Pipeline pipeline, Map<String, StageSpec> models, PipelineFaults faults) {
        BoxStages all = new BoxStages(pipeline, models, faults);
        for (Stage stage : pipeline.stages()) {
            if (stage.task() instanceof Crop crop) {
                all.stages.put(stage.name(), all.fed(stage, crop));
            }
        }
        return all;
    }

    /** With those that have been put in. */
    Pipeline pipeline() {
        return new Pipeline(List.copyOf(stages.values()), outputs);
    }

    /** By the names of all stages that ask a model or have been put in. */
    Map<String, Signature> signatures() {
        return signatures;
    }

    private Stage fed(Stage stage, Crop crop) {
        Source detector = source(stage, Crop.BOXES);
        StageSpec model = detector == null || !detector.tensor().isEmpty() ? null : models.get(detector.stage());
        BoxesOutput how = model == null ? null : model.boxes();
        if (detector == null || model == null || how == null) {
            requireNames(stage);
            if (detector != null && model != null) {
                requireOne(stage, detector, model.signature());
            }
            return stage;
        }
        check(stage, crop, detector, how);
        String name = put(new DeclaredBoxes(how), detector, model.signature(), stage.line());
        Stream<Input> pictures =
                stage.inputs().stream().filter(input -> !input.equals(new Input(Crop.BOXES, detector)));
        Stream<Input> boxes = DeclaredBoxes.GIVEN.stream().map(tensor -> new Input(tensor, new Source(name, tensor)));
        return new Stage(
                stage.name(),
                crop.of(Corners.XYXY, how.box().units()),
                Stream.concat(pictures, boxes).toList(),
                stage.test(),
                stage.line());
    }

    private static @Nullable Source source(Stage stage, String input) {
        return stage.inputs().stream()
                .filter(each -> each.name().equals(input))
                .findFirst()
                .map(Input::from)
                .orElse(null);
    }

    /** Whose name nobody can have written; two crops of one detector share it. */
    private String put(DeclaredBoxes task, Source detector, Signature signature, String line) {
        String name = "boxes of " + detector.stage();
        List<Input> inputs = task.how().outputs().stream()
                .map(output -> new Input(output, new Source(detector.stage(), output)))
                .toList();
        stages.putIfAbsent(name, new Stage(name, task, inputs, null, line));
        signatures.put(name, task.signature(signature));
        return name;
    }

    /** What is not named would be taken along as something else that there is for each box, by no name. */
    private void requireNames(Stage stage) {
        stage.inputs().stream()
                .filter(input -> input.name().isEmpty())
                .forEach(input -> faults.add(
                        stage.line(), "must say which input " + input.from() + " is for (" + CropCheck.TAKES + ")"));
    }

    private void requireOne(Stage stage, Source detector, Signature model) {
        if (model.outputs().size() != 1) {
            faults.add(
                    stage.line(),
                    "takes the boxes of " + detector
                            + ", whose model.yaml declares none (transform.output of kind boxes):"
                            + " say which of its outputs has them, " + model.outputs());
        }
    }

    private void check(Stage stage, Crop crop, Source detector, BoxesOutput how) {
        String boxes = "the boxes of " + detector + ", which its model.yaml declares";
        if (crop.saysNumbers()) {
            faults.add(stage.line(), "says between its brackets what the numbers are of " + boxes + ": leave that out");
        }
        stage.inputs().stream()
                .filter(input -> !NAMED.contains(input.name()))
                .forEach(input -> faults.add(stage.line(), tooMuch(input, boxes)));
        long fed = stage.inputs().stream()
                .filter(input -> input.name().equals(Crop.BOXES))
                .count();
        if (fed > 1) {
            faults.add(stage.line(), "feeds boxes twice");
        }
        checkPicture(stage, detector, how, boxes);
    }

    private static String tooMuch(Input input, String boxes) {
        return input.name().isEmpty()
                ? "must say which input " + input.from() + " is for (with " + boxes + ", it takes image and seen)"
                : "takes " + input.name() + " beside " + boxes + ", and with these it takes but image and seen";
    }

    /** Pixels are those of a picture that the detector is given. */
    private void checkPicture(Stage stage, Source detector, BoxesOutput how, String boxes) {
        Source seen = source(stage, Crop.SEEN);
        Source in = seen == null ? source(stage, Crop.IMAGE) : seen;
        Stage detecting = stages.get(detector.stage());
        boolean arePixels = how.box().units() == Units.PIXELS;
        if (in == null || detecting == null || (!arePixels && seen == null)) {
            return;
        }
        if (detecting.inputs().stream().noneMatch(input -> isSame(input.from(), in))) {
            faults.add(
                    stage.line(),
                    "cuts by " + boxes + ", in a picture that " + detector + " is given, and " + in + " is none of"
                            + " those: name it, as seen=SOURCE");
        }
    }

    /** Of two names of one stage's only output, one may be left out. */
    private static boolean isSame(Source one, Source other) {
        boolean isOnly =
                !one.isInput() && (one.tensor().isEmpty() || other.tensor().isEmpty());
        return one.equals(other) || (isOnly && one.stage().equals(other.stage()));
    }
}
