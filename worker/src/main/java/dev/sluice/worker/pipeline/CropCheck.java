package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.detection.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds a crop against the tensors that it is given, and says what it makes of them.
 *
 * @thread confined to the caller
 * @errors told as the message of an IllegalArgumentException, for people
 */
final class CropCheck {

    private static final Set<DataType> PICTURES = Set.of(DataType.UINT8, DataType.FP16, DataType.FP32);
    static final String TAKES =
            "a crop takes image and boxes, score where it has score_threshold, count, seen, and by any"
                    + " other name what else there is for each box";

    private static final int PICTURE_AXES = 3;
    private static final int GRAY = 1;
    private static final int COLOUR = 3;

    private final Crop crop;

    /** By the crop's names for them. */
    private final Map<String, TensorSpec> given;

    private CropCheck(Crop crop, Map<String, TensorSpec> given) {
        this.crop = crop;
        this.given = given;
    }

    /** What it is taken for where nothing else says what the client sends; null where that can be anything. */
    static @Nullable TensorSpec usual(String input) {
        return switch (input) {
            case Crop.IMAGE, Crop.SEEN -> new TensorSpec(input, DataType.FP32, open(1 + PICTURE_AXES));
            case Crop.BOXES ->
                new TensorSpec(input, DataType.FP32, open(PICTURE_AXES).with(2, Crop.CORNERS));
            case Crop.SCORE -> new TensorSpec(input, DataType.FP32, open(2));
            case Crop.COUNT -> new TensorSpec(input, DataType.INT64, open(1));
            default -> null;
        };
    }

    private static Shape open(int rank) {
        Shape shape = new Shape(new long[rank]);
        for (int axis = 0; axis < rank; axis++) {
            shape = shape.with(axis, Shape.VARIABLE);
        }
        return shape;
    }

    /**
     * What it takes and gives.
     *
     * @param given by its names, in the order in which they were written
     */
    static Signature signature(Crop crop, Map<String, TensorSpec> given) {
        return new CropCheck(crop, given).signature();
    }

    private Signature signature() {
        TensorSpec image = named(Crop.IMAGE);
        TensorSpec boxes = named(Crop.BOXES);
        if (crop.asksScore()) {
            named(Crop.SCORE);
        }
        boolean rows = boxes.shape().rank() == PICTURE_AXES;
        int axes = image.shape().rank();
        check(
                PICTURES.contains(image.dataType()) && (axes == 1 + PICTURE_AXES || (!rows && axes == PICTURE_AXES)),
                image,
                "pictures are UINT8, FP16 or FP32, with rows, channels, height and width");
        check(
                (rows || boxes.shape().rank() == 2)
                        && isOr(boxes.shape(), boxes.shape().rank() - 1, Crop.CORNERS),
                boxes,
                "boxes are of shape [pictures,boxes,4], or [boxes,4] for one picture; those that a detector's model.yaml"
                        + " declares (transform.output of kind boxes) are meant by its stage alone, boxes=STAGE");
        List<TensorSpec> outputs = new ArrayList<>();
        outputs.add(new TensorSpec(Crop.IMAGE, image.dataType(), pieces(image)));
        outputs.add(new TensorSpec(Crop.BOXES, DataType.FP32, open(2).with(1, Crop.CORNERS)));
        outputs.add(new TensorSpec(Crop.INDEX, DataType.INT64, open(1)));
        given.forEach((name, spec) -> {
            switch (name) {
                case Crop.IMAGE -> {}
                case Crop.SEEN -> checkSeen(spec);
                case Crop.BOXES -> check(Numbers.reads(spec.dataType()), spec, "boxes are numbers");
                case Crop.COUNT ->
                    check(
                            Numbers.reads(spec.dataType()) && spec.shape().rank() <= 2,
                            spec,
                            "a count is one number for each picture");
                case Crop.INDEX ->
                    throw new IllegalArgumentException("gives index itself, which says of which picture each box is");
                default -> outputs.add(along(name, spec, rows ? 2 : 1));
            }
        });
        return new Signature(List.copyOf(given.values()), outputs, rows);
    }

    private void checkSeen(TensorSpec seen) {
        int axes = seen.shape().rank();
        check(
                axes == PICTURE_AXES || axes == 1 + PICTURE_AXES,
                seen,
                "a picture that boxes are in has channels, height and width");
        seenLayout(crop, seen);
    }

    private TensorSpec named(String name) {
        TensorSpec spec = given.get(name);
        if (spec == null) {
            throw new IllegalArgumentException("does not say where " + name + " comes from (" + TAKES + ")");
        }
        return spec;
    }

    private static boolean isOr(Shape shape, int axis, long size) {
        return shape.dimension(axis) == size || shape.dimension(axis) == Shape.VARIABLE;
    }

    private static void check(boolean fits, TensorSpec spec, String expected) {
        if (!fits) {
            throw new IllegalArgumentException("takes " + spec + ", and " + expected);
        }
    }

    /** What goes along with the boxes has their axes, and any behind them. */
    private static TensorSpec along(String name, TensorSpec spec, int axes) {
        boolean isOfBoxes = spec.shape().rank() >= axes && !spec.dataType().isVariableSize();
        check(isOfBoxes, spec, "what goes along has a place for each box, and is not of BYTES");
        check(
                !name.equals(Crop.SCORE)
                        || (Numbers.reads(spec.dataType()) && spec.shape().rank() == axes),
                spec,
                "a score is one number for each box");
        Shape shape = open(spec.shape().rank() - axes + 1);
        for (int axis = 1; axis < shape.rank(); axis++) {
            shape = shape.with(axis, spec.shape().dimension(axis + axes - 1));
        }
        return new TensorSpec(name, spec.dataType(), shape);
    }

    private Shape pieces(TensorSpec image) {
        int first = image.shape().rank() - PICTURE_AXES;
        boolean planes = layout(crop, image) == Layout.NCHW;
        Shape shape = open(1 + PICTURE_AXES);
        return planes
                ? shape.with(1, image.shape().dimension(first))
                        .with(2, crop.height())
                        .with(3, crop.width())
                : shape.with(1, crop.height())
                        .with(2, crop.width())
                        .with(3, image.shape().dimension(first + 2));
    }

    /** As it was said, or as the number of channels says. */
    static Layout layout(Crop crop, TensorSpec image) {
        Layout said = crop.layout();
        return told(said == null ? byChannels(image) : said, image);
    }

    /** As the number of channels says, for it is the detector's; otherwise as that of the other picture. */
    static Layout seenLayout(Crop crop, TensorSpec seen) {
        Layout shown = byChannels(seen);
        return told(shown == null ? crop.layout() : shown, seen);
    }

    private static Layout told(@Nullable Layout layout, TensorSpec picture) {
        check(layout != null, picture, "that does not tell where the channels stand: say nchw or nhwc");
        return Objects.requireNonNull(layout);
    }

    private static @Nullable Layout byChannels(TensorSpec picture) {
        int rank = picture.shape().rank();
        if (isChannels(picture.shape().dimension(rank - PICTURE_AXES))) {
            return Layout.NCHW;
        }
        return isChannels(picture.shape().dimension(rank - 1)) ? Layout.NHWC : null;
    }

    private static boolean isChannels(long size) {
        return size == GRAY || size == COLOUR;
    }
}
