package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.transform.DetectedObjects;
import dev.sluice.gateway.transform.DetectedObjects.Box;
import dev.sluice.gateway.transform.DetectedObjects.Found;
import dev.sluice.gateway.transform.PictureFrame;
import dev.sluice.worker.contract.BoxesOutput.Units;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what was found in a picture, and how large that is; of several pictures, which come as tensors, a list.
 *
 * @thread stateless
 */
final class ObjectsWriter {

    private static final int PROBABILITY_DECIMALS = 6;

    /** Hundredths of a pixel are more than any detector means; parts of a picture are as small as probabilities. */
    private static final int PIXEL_DECIMALS = 2;

    private ObjectsWriter() {}

    static JsonOutput write(List<DetectedObjects> rows, JsonOutput out) {
        if (rows.size() == 1) {
            write(rows.getFirst(), out);
            return out;
        }
        String between = "";
        out.raw('[');
        for (DetectedObjects row : rows) {
            write(row, out.raw(between));
            between = ",";
        }
        return out.raw(']');
    }

    private static void write(DetectedObjects row, JsonOutput out) {
        @Nullable PictureFrame picture = row.picture();
        int decimals = picture == null && row.units() == Units.FRACTIONS ? PROBABILITY_DECIMALS : PIXEL_DECIMALS;
        String between = "{\"objects\":[";
        for (Found found : row.objects()) {
            out.raw(between).raw("{\"label\":").string(found.label());
            out.raw(",\"probability\":").number(PredictedRows.rounded(found.probability(), PROBABILITY_DECIMALS));
            write(found.box(), decimals, out.raw(",\"box\":"));
            out.raw('}');
            between = ",";
        }
        out.raw(row.objects().isEmpty() ? "{\"objects\":[]" : "]");
        if (picture != null) {
            out.raw(",\"picture\":{\"width\":").number(picture.width());
            out.raw(",\"height\":").number(picture.height()).raw('}');
        }
        out.raw('}');
    }

    private static void write(Box box, int decimals, JsonOutput out) {
        out.raw("{\"x\":").number(PredictedRows.rounded(box.x(), decimals));
        out.raw(",\"y\":").number(PredictedRows.rounded(box.y(), decimals));
        out.raw(",\"width\":").number(PredictedRows.rounded(box.width(), decimals));
        out.raw(",\"height\":")
                .number(PredictedRows.rounded(box.height(), decimals))
                .raw('}');
    }
}
