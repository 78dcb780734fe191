package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.detection.BoxShape;
import java.util.List;
import java.util.Objects;

/**
 * Makes boxes of what a detector's model gives, as its owner declares them: the most probable first, and of a picture as many
 * as {@code count} says.
 *
 * @param how the declaration
 * @shape boxes are {@code [pictures,boxes,4]}, score and class {@code [pictures,boxes]}, count {@code [pictures]}; of a model
 *     whose boxes have no axis for pictures, without that but for the count
 * @units the detector's own; corners are left, top, right and bottom
 */
record DeclaredBoxes(BoxesOutput how) implements StageTask {

    /** The number of the class of each box. */
    static final String CLASS = "class";

    /** What it gives, by the names by which a crop takes it. */
    static final List<String> GIVEN = List.of(Crop.BOXES, Crop.COUNT, Crop.SCORE, CLASS);

    /** @param detector of the model whose outputs it reads */
    Signature signature(Signature detector) {
        List<TensorSpec> read = how.outputs().stream()
                .map(name -> Objects.requireNonNull(detector.output(name), name))
                .toList();
        long open = Shape.VARIABLE;
        boolean rows = hasRows(
                Objects.requireNonNull(detector.output(how.places().boxes())).shape());
        Shape each = rows ? new Shape(open, open) : new Shape(open);
        Shape boxes = rows ? new Shape(open, open, Crop.CORNERS) : new Shape(open, Crop.CORNERS);
        return new Signature(
                read,
                List.of(
                        new TensorSpec(Crop.BOXES, DataType.FP32, boxes),
                        new TensorSpec(Crop.COUNT, DataType.INT64, new Shape(open)),
                        new TensorSpec(Crop.SCORE, DataType.FP32, each),
                        new TensorSpec(CLASS, DataType.INT64, each)),
                detector.batched());
    }

    /** Whether outputs whose boxes are of that shape have an axis for pictures. */
    static boolean hasRows(Shape boxes) {
        return boxes.rank() == BoxShape.RANK_WITH_ROWS;
    }

    /** As people read it. */
    @Override
    public String toString() {
        return "transform.output";
    }
}
