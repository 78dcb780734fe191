package dev.sluice.gateway.transform;

/**
 * Where in a picture that was sent that lies which the model was given of it: each pixel, whatever has been resized, cut off,
 * put beside it or turned on the way.
 *
 * @param width of the picture that was sent, as it is looked at
 * @param height of it
 * @param across its width
 * @param down its height
 * @units pixels
 */
public record PictureFrame(int width, int height, Axis across, Axis down) implements BodyNotes {

    /**
     * One axis of what was sent.
     *
     * @param start where the model's picture begins on it; before 0, where something was put beside the picture
     * @param scale how long a pixel of the model's is there
     * @param pixels of the model's
     */
    public record Axis(double start, double scale, int pixels) {

        /** Where that place of the model's picture lies, in its pixels. */
        public double ofPixels(double at) {
            return start + at * scale;
        }

        /** The same for a part of it, 0 to 1. */
        public double ofPart(double part) {
            return ofPixels(part * pixels);
        }

        /** The same seen from the other end of what is so long. */
        private Axis from(int otherEnd) {
            return new Axis(otherEnd - ofPixels(pixels), scale, pixels);
        }
    }

    /** That of a picture that has been drawn so, and was then turned upright. */
    static PictureFrame of(Picture stored, Framing framing, Turn turn) {
        Axis rows = axis(stored, framing.across(), turn.wide());
        Axis columns = axis(stored, framing.down(), turn.high());
        boolean swapped = turn.swaps();
        int width = swapped ? stored.height() : stored.width();
        int height = swapped ? stored.width() : stored.height();
        Axis across = swapped ? columns : rows;
        Axis down = swapped ? rows : columns;
        return new PictureFrame(
                width, height, turn.leftward() ? across.from(width) : across, turn.upward() ? down.from(height) : down);
    }

    private static Axis axis(Picture stored, Taps taps, int pixels) {
        Taps.Part part = taps.part();
        return new Axis(
                (part.start() - part.from() * part.scale()) * stored.step(), part.scale() * stored.step(), pixels);
    }
}
