package dev.sluice.gateway.transform;

import dev.sluice.gateway.transform.Taps.Part;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Filter;

/**
 * Which part of a picture becomes which part of the tensor's, both as the picture is stored.
 *
 * @param across along its rows
 * @param down along its columns
 */
record Framing(Taps across, Taps down) {

    /** What part of the size MNIST's digits fill. */
    private static final double INKED = 20.0 / 28;

    /**
     * Of all that is no drawing.
     *
     * @param width of the picture
     * @param height of it
     * @param wide of what is made of it
     * @param high of that
     */
    static Framing of(ImageInput to, int width, int height, int wide, int high) {
        double x = (double) width / wide;
        double y = (double) height / high;
        Filter filter = to.filter();
        return switch (to.resize()) {
            case STRETCH, INK ->
                new Framing(
                        Taps.of(filter, width, Part.whole(width, wide), wide),
                        Taps.of(filter, height, Part.whole(height, high), high));
            case FIT -> {
                double scale = Math.max(x, y);
                yield new Framing(fit(filter, width, scale, wide), fit(filter, height, scale, high));
            }
            case CROP -> {
                double scale = Math.min(x, y);
                yield new Framing(crop(filter, width, scale, wide), crop(filter, height, scale, high));
            }
        };
    }

    private static Taps fit(Filter filter, int size, double scale, int made) {
        int filled = Math.clamp(Math.round(size / scale), 1, made);
        int from = (made - filled) / 2;
        return Taps.of(filter, size, new Part(0, (double) size / filled, from, from + filled), made);
    }

    private static Taps crop(Filter filter, int size, double scale, int made) {
        return Taps.of(filter, size, new Part((size - scale * made) / 2, scale, 0, made), made);
    }

    /** Of a drawing: its longer side fills so much of the shorter side of the tensor's picture. */
    static Framing of(Ink ink, ImageInput to, PixelRows rows, int wide, int high) {
        double scale = ink.longerSide() / (INKED * Math.min(wide, high));
        double left = ink.centreX() - scale * wide / 2;
        double top = ink.centreY() - scale * high / 2;
        return new Framing(
                Taps.of(to.filter(), rows.width(), new Part(left, scale, 0, wide), wide),
                Taps.of(to.filter(), rows.height(), new Part(top, scale, 0, high), high));
    }
}
