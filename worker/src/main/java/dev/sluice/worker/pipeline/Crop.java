package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.ImageInput.Layout;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what is in boxes out of pictures, and makes all pieces one size. Whatever goes in by a name comes out by it, with one row
 * for each box, but for {@code count} and {@code seen}, of which nothing comes out; so answers to the pieces stand beside the
 * boxes.
 *
 * @param width of the pieces, in pixels
 * @param height of them
 * @param corners what the four numbers of a box are; null where that is not said
 * @param units pixels of the pictures that the boxes are in, or parts of their width and height; null where that is not said
 * @param layout of the pictures; null for what their shape says
 * @param maxBoxes of one picture that count, the first ones
 * @param scoreThreshold what a box's score must be at least; not a number where no score is asked
 */
public record Crop(
        int width,
        int height,
        @Nullable Corners corners,
        @Nullable Units units,
        @Nullable Layout layout,
        int maxBoxes,
        double scoreThreshold)
        implements StageTask {

    static final String IMAGE = "image";
    static final String BOXES = "boxes";

    /** How many of a picture's boxes are meant, where the others only fill the tensor. */
    static final String COUNT = "count";

    static final String SCORE = "score";

    /** The picture that the boxes are in, where that is another size of the one that is cut. */
    static final String SEEN = "seen";

    /** Which picture each box is of. */
    static final String INDEX = "index";

    /** As many as most detectors give at most. */
    static final int USUAL_MOST = 100;

    static final int LARGEST_MOST = 10_000;
    static final int LONGEST_SIDE = 4096;
    static final int CORNERS = 4;

    boolean asksScore() {
        return !Double.isNaN(scoreThreshold);
    }

    /** Whether it says itself what the numbers are. */
    boolean saysNumbers() {
        return corners != null || units != null;
    }

    /** What the four numbers are, said or not. */
    Corners order() {
        return corners == null ? Corners.XYXY : corners;
    }

    /** The same of boxes whose numbers are that; null for what is not said. */
    Crop of(@Nullable Corners itsCorners, @Nullable Units itsUnits) {
        return new Crop(width, height, itsCorners, itsUnits, layout, maxBoxes, scoreThreshold);
    }

    /** As people write it. */
    @Override
    public String toString() {
        return "crop";
    }
}
