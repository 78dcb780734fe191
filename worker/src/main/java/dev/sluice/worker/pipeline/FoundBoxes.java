package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.Corners;
import dev.sluice.worker.detection.Detections;
import dev.sluice.worker.detection.Numbers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The boxes that count: numbers that are finite, with an area within the picture, of those that are meant and score enough; of each
 * picture the first so many.
 *
 * @thread confined to the caller
 * @units pixels of the picture, left, top, right and bottom, cut off at its edges
 */
final class FoundBoxes {

    private static final int FIRST_ROOM = 16;

    private final Crop crop;
    private final int width;
    private final int height;

    /** How many pixels of the picture one of a box's is, along each axis. */
    private final double across;

    private final double down;
    private int count;
    private int[] places = new int[FIRST_ROOM];
    private float[] corners = new float[Crop.CORNERS * FIRST_ROOM];

    /** @param seen the pictures that the boxes are in; null where these are the same, or as large */
    FoundBoxes(Crop crop, Pictures pictures, @Nullable Pictures seen) {
        this.crop = crop;
        this.width = pictures.width();
        this.height = pictures.height();
        boolean areParts = crop.units() == Units.FRACTIONS;
        this.across = areParts ? width : seen == null ? 1 : (double) width / seen.width();
        this.down = areParts ? height : seen == null ? 1 : (double) height / seen.height();
    }

    /**
     * Takes those of all pictures.
     *
     * @param boxes of shape {@code [pictures,each,4]}, or less its first axis
     * @param counts how many of each picture's are meant; null for all
     * @param scores one for each box; null where none is asked
     */
    void take(Tensor boxes, int pictures, @Nullable Tensor counts, @Nullable Tensor scores) {
        int each = Math.toIntExact(boxes.shape().dimension(boxes.shape().rank() - 2));
        Corners box = new Corners((at, column) -> Numbers.at(boxes, Crop.CORNERS * at + column), crop.order());
        float least = (float) crop.scoreThreshold();
        for (int picture = 0; picture < pictures; picture++) {
            int before = count;
            int meant = counts == null ? each : (int) Math.clamp(Numbers.at(counts, picture), 0, each);
            for (int i = 0; i < meant && count - before < crop.maxBoxes(); i++) {
                int place = picture * each + i;
                boolean isEnough = scores == null || Detections.isEnough((float) Numbers.at(scores, place), least);
                if (isEnough && box.moveTo(place)) {
                    put(place, box);
                }
            }
        }
    }

    private void put(int place, Corners box) {
        float x = (float) Math.clamp(box.left() * across, 0, width);
        float y = (float) Math.clamp(box.top() * down, 0, height);
        float farX = (float) Math.clamp(box.right() * across, 0, width);
        float farY = (float) Math.clamp(box.bottom() * down, 0, height);
        if (!(farX > x) || !(farY > y)) {
            return;
        }
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
            corners = Arrays.copyOf(corners, 2 * corners.length);
        }
        places[count] = place;
        int at = Crop.CORNERS * count++;
        corners[at] = x;
        corners[at + 1] = y;
        corners[at + 2] = farX;
        corners[at + 3] = farY;
    }

    int count() {
        return count;
    }

    /** Where it stands among all of all pictures. */
    int place(int box) {
        return places[box];
    }

    float left(int box) {
        return corners[Crop.CORNERS * box];
    }

    float top(int box) {
        return corners[Crop.CORNERS * box + 1];
    }

    float right(int box) {
        return corners[Crop.CORNERS * box + 2];
    }

    float bottom(int box) {
        return corners[Crop.CORNERS * box + 3];
    }
}
