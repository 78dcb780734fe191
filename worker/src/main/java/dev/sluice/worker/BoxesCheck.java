package dev.sluice.worker;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.detection.BoxShape;
import dev.sluice.worker.detection.Detections;
import dev.sluice.worker.repository.TransformConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of boxes, held against the outputs that they are read of.
 *
 * @thread the loading thread of the model
 * @errors problems by the key that they are about
 */
final class BoxesCheck {

    private static final String SECTION = "transform.output.";

    private final TransformConfig.Output config;
    private final Signature signature;
    private final Map<String, String> problems;
    private final Map<String, Shape> shapes = new HashMap<>();
    private long classes = Shape.VARIABLE;

    BoxesCheck(TransformConfig.Output config, Signature signature, Map<String, String> problems) {
        this.config = config;
        this.signature = signature;
        this.problems = problems;
    }

    /** That each box has a score for, or {@link Shape#VARIABLE}; to be asked for after {@link #read}. */
    long classes() {
        return classes;
    }

    /**
     * What it says; null when that is impossible, and then there are problems.
     *
     * @param boxes the output that has them
     */
    @Nullable
    BoxesOutput read(TensorSpec boxes) {
        int before = problems.size();
        shapes.put(boxes.name(), boxes.shape());
        readOutput("scores", config.scores(), OutputCheck.FLOATS::contains);
        readOutput("classes", config.classes(), Detections::isRead);
        readOutput("count", config.count(), Detections::isRead);
        checkForm();
        if (signature.batched() && boxes.shape().rank() < BoxShape.RANK_WITH_ROWS) {
            problems.put(
                    SECTION + "name",
                    "the model is batched, so each row must have boxes of its own, and it has " + boxes
                            + "; batching: off says that its first axis counts something else");
        }
        BoxesOutput how = new BoxesOutput(
                new BoxesOutput.Places(
                        boxes.name(), config.scores(), config.classes(), config.count(), config.boxesLast()),
                new BoxesOutput.Box(config.corners(), config.units()),
                new BoxesOutput.Scores(config.form(), config.activation(), config.background()),
                new BoxesOutput.Kept(config.scoreThreshold(), config.iouThreshold(), suppression(), config.maxBoxes()));
        return problems.size() == before ? fitting(how) : null;
    }

    private void readOutput(String key, String name, Predicate<DataType> types) {
        @Nullable TensorSpec output = name.isEmpty() ? null : signature.output(name);
        if (output != null) {
            shapes.put(name, output.shape());
        }
        if (!name.isEmpty() && (output == null || !types.test(output.dataType()))) {
            problems.put(SECTION + key, "must be one of the model's outputs, and numbers: " + signature.outputs());
        }
    }

    private void checkForm() {
        boolean apart = !config.scores().isEmpty();
        boolean chosen = config.form() == Form.CHOSEN;
        if (config.classes().isEmpty() == (apart && chosen)) {
            problems.put(
                    SECTION + "classes",
                    "is for form: chosen where scores stand in an output of their own, and must be given there");
        }
        if (config.activation() == Activation.SOFTMAX && config.form() != Form.PER_CLASS) {
            problems.put(
                    SECTION + "activation", "softmax is for form: per_class, whose scores are those of all classes");
        }
    }

    private Suppression suppression() {
        return switch (config.suppression()) {
            case AUTO -> config.form() == Form.CHOSEN ? Suppression.NONE : Suppression.PER_CLASS;
            case NONE -> Suppression.NONE;
            case PER_CLASS -> Suppression.PER_CLASS;
            case ACROSS_CLASSES -> Suppression.ACROSS_CLASSES;
        };
    }

    private @Nullable BoxesOutput fitting(BoxesOutput how) {
        try {
            classes = BoxShape.of(how, name -> Objects.requireNonNull(shapes.get(name), name))
                    .classes();
            return how;
        } catch (IllegalArgumentException misfit) {
            problems.put(SECTION + "name", String.valueOf(misfit.getMessage()));
            return null;
        }
    }
}
