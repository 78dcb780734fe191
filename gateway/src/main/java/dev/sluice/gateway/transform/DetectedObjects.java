package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.Detections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a detector has found in one picture, in the words of its labels and the most probable first.
 *
 * @param objects of those that lie in the picture
 * @param picture that was sent, in whose pixels they are; null where tensors were sent, and they are in the model's units
 * @param units the model's
 * @errors InvalidRequest where the outputs have another shape than was declared; Cancelled between two rows, and among
 *     the boxes of one
 */
public record DetectedObjects(List<Found> objects, @Nullable PictureFrame picture, Units units) {

    public DetectedObjects {
        objects = List.copyOf(objects);
    }

    /** A thing, and where it is. */
    public record Found(String label, double probability, Box box) {}

    /** The left upper corner of what is around it, and its size. */
    public record Box(double x, double y, double width, double height) {}

    /** Whether all that is declared is among those outputs. */
    public static boolean areIn(List<Tensor> outputs, BoxesOutput how) {
        return outputs.stream().map(Tensor::name).toList().containsAll(how.outputs());
    }

    /**
     * Those of each row.
     *
     * @param outputs in which they {@link #areIn}
     * @param labels of the classes, in their order
     * @param picture that they were found in; null where it is not known
     * @param givenUp whether nobody waits any more
     */
    public static List<DetectedObjects> of(
            List<Tensor> outputs,
            BoxesOutput how,
            List<String> labels,
            @Nullable PictureFrame picture,
            BooleanSupplier givenUp) {
        Map<String, Tensor> named = new HashMap<>();
        outputs.forEach(output -> named.put(output.name(), output));
        Function<String, Tensor> byName = name -> Objects.requireNonNull(named.get(name), name);
        Units units = how.box().units();
        List<DetectedObjects> rows = new ArrayList<>();
        for (Detections row : detections(byName, how, givenUp)) {
            List<Found> objects = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                Box box = picture == null ? box(row, i) : box(row, i, picture, units == Units.FRACTIONS);
                if (box.width > 0 && box.height > 0) {
                    int itsClass = row.classOf(i);
                    String label = itsClass < labels.size() ? labels.get(itsClass) : Integer.toString(itsClass);
                    objects.add(new Found(label, row.score(i), box));
                }
            }
            rows.add(new DetectedObjects(objects, picture, units));
        }
        return rows;
    }

    private static List<Detections> detections(
            Function<String, Tensor> outputs, BoxesOutput how, BooleanSupplier givenUp) {
        try {
            return Detections.of(outputs, how, givenUp);
        } catch (IllegalArgumentException misfit) {
            throw InferenceException.invalid("outputs", String.valueOf(misfit.getMessage()));
        }
    }

    private static Box box(Detections row, int i) {
        return new Box(
                row.left(i), row.top(i), (double) row.right(i) - row.left(i), (double) row.bottom(i) - row.top(i));
    }

    /** What lies beside the picture is cut off. */
    private static Box box(Detections row, int i, PictureFrame picture, boolean parts) {
        double left = place(picture.across(), row.left(i), parts, picture.width());
        double top = place(picture.down(), row.top(i), parts, picture.height());
        double right = place(picture.across(), row.right(i), parts, picture.width());
        double bottom = place(picture.down(), row.bottom(i), parts, picture.height());
        return new Box(left, top, right - left, bottom - top);
    }

    private static double place(PictureFrame.Axis axis, float at, boolean part, int size) {
        return Math.clamp(part ? axis.ofPart(at) : axis.ofPixels(at), 0, size);
    }
}
