package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.ImageInput.Layout;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what stands in the brackets of a {@code crop}: {@code 24x32}, or {@code 24x32, xywh, fractions, max_boxes 16}.
 *
 * @thread confined to the caller of {@link #read}
 * @errors IllegalArgumentException with a message for people
 */
final class CropText {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})x([0-9]{1,9})");
    private static final Pattern MAX_BOXES = Pattern.compile("max_boxes\\s+([0-9]{1,9})");
    private static final Pattern SCORE_THRESHOLD = Pattern.compile("score_threshold\\s+([0-9]+(?:\\.[0-9]+)?)");
    private static final String EXPECTED = "expected WIDTHxHEIGHT, xyxy, yxyx, xywh or cxcywh, pixels or fractions,"
            + " nchw or nhwc, max_boxes NUMBER, score_threshold NUMBER";

    private Crop crop = new Crop(0, 0, null, null, null, Crop.USUAL_MOST, Double.NaN);

    private CropText() {}

    /** @param words with commas between them */
    static Crop read(String words) {
        CropText text = new CropText();
        for (String word : words.split(",", -1)) {
            text.take(word.strip());
        }
        if (text.crop.width() == 0) {
            throw new IllegalArgumentException("does not say how large the pieces are (" + EXPECTED + ")");
        }
        return text.crop;
    }

    private void take(String word) {
        Matcher size = SIZE.matcher(word);
        Matcher most = MAX_BOXES.matcher(word);
        Matcher above = SCORE_THRESHOLD.matcher(word);
        if (size.matches()) {
            crop = sized(
                    number(word, size.group(1), Crop.LONGEST_SIDE), number(word, size.group(2), Crop.LONGEST_SIDE));
        } else if (most.matches()) {
            crop = bounded(number(word, most.group(1), Crop.LARGEST_MOST), crop.scoreThreshold());
        } else if (above.matches()) {
            crop = bounded(crop.maxBoxes(), Double.parseDouble(above.group(1)));
        } else {
            crop = switch (word) {
                case "xyxy", "yxyx", "xywh", "cxcywh" ->
                    crop.of(Corners.valueOf(word.toUpperCase(Locale.ROOT)), crop.units());
                case "pixels", "fractions" -> crop.of(crop.corners(), Units.valueOf(word.toUpperCase(Locale.ROOT)));
                case "nchw", "nhwc" -> laidOut(Layout.valueOf(word.toUpperCase(Locale.ROOT)));
                default ->
                    throw new IllegalArgumentException("has " + (word.isEmpty() ? "nothing" : word)
                            + " between the brackets of crop, which is not understood (" + EXPECTED + ")");
            };
        }
    }

    private static int number(String word, String digits, int most) {
        int number = Integer.parseInt(digits);
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    "has " + word + " between the brackets of crop, and " + number + " is no number from 1 to " + most);
        }
        return number;
    }

    private Crop sized(int width, int height) {
        return new Crop(
                width, height, crop.corners(), crop.units(), crop.layout(), crop.maxBoxes(), crop.scoreThreshold());
    }

    private Crop bounded(int maxBoxes, double scoreThreshold) {
        return new Crop(
                crop.width(), crop.height(), crop.corners(), crop.units(), crop.layout(), maxBoxes, scoreThreshold);
    }

    private Crop laidOut(Layout layout) {
        return new Crop(
                crop.width(),
                crop.height(),
                crop.corners(),
                crop.units(),
                layout,
                crop.maxBoxes(),
                crop.scoreThreshold());
    }
}
