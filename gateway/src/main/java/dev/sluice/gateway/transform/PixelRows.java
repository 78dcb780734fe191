package dev.sluice.gateway.transform;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * The rows of a picture as bytes: gray, or red, green and blue, in this order or the other; what can be seen through
 * shows white paper.
 *
 * <p>Samples are taken as they are stored: what ImageIO makes of gray by its colour spaces is lighter than what was meant.
 *
 * @thread confined to the thread that transforms
 */
final class PixelRows {

    private static final int GRAY = 1;
    private static final int OPAQUE = 255;

    /** The weights of red, green and blue in 65536th. */
    private static final int RED = 19595;

    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 1 << 15;

    private final BufferedImage image;
    private final Raster raster;
    private final int channels;
    private final int width;
    private final int bands;
    private final boolean alpha;
    private final byte[] bytes;
    private final ComponentSampleModel model;
    private final Kind kind;
    private final int shift;
    private final boolean packed;
    private int[] samples = new int[0];

    /** How the pixels lie in memory. */
    private enum Kind {
        BYTES,
        SAMPLES,
        COLOURS
    }

    /** @param channels 1 for gray, 3 for red, green and blue */
    PixelRows(BufferedImage image, int channels) {
        this.image = image;
        this.channels = channels;
        this.width = image.getWidth();
        this.raster = image.getRaster();
        ColorModel colours = image.getColorModel();
        this.bands = raster.getNumBands();
        this.alpha = colours.hasAlpha();
        boolean plain = !(colours instanceof IndexColorModel)
                && !colours.isAlphaPremultiplied()
                && (colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY
                        || colours.getColorSpace().getType() == ColorSpace.TYPE_RGB)
                && raster.getSampleModel() instanceof ComponentSampleModel
                && bands - (alpha ? 1 : 0) != 2;
        this.model = plain && raster.getSampleModel() instanceof ComponentSampleModel lies
                ? lies
                : new ComponentSampleModel(DataBuffer.TYPE_BYTE, 1, 1, 1, 1, new int[1]);
        boolean whole = raster.getParent() == null && raster.getDataBuffer().getOffset() == 0;
        this.bytes = plain && whole && raster.getDataBuffer() instanceof DataBufferByte data && data.getNumBanks() == 1
                ? data.getData()
                : new byte[0];
        this.kind = !plain ? Kind.COLOURS : bytes.length > 0 ? Kind.BYTES : Kind.SAMPLES;
        this.packed = kind == Kind.BYTES && !alpha && bands == channels && isPacked(model);
        this.shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - Byte.SIZE);
    }

    /** Whether it is blue that comes first, because it does so in the picture. */
    boolean areBlueFirst() {
        return packed && channels != GRAY && model.getBandOffsets()[0] > model.getBandOffsets()[2];
    }

    int channels() {
        return channels;
    }

    int width() {
        return width;
    }

    int height() {
        return image.getHeight();
    }

    /** Puts that row there, its channels side by side. */
    void read(int y, byte[] row) {
        switch (kind) {
            case BYTES -> readBytes(y, row);
            case SAMPLES -> readSamples(y, row);
            case COLOURS -> readColours(y, row);
        }
    }

    /** Whether the channels of a pixel lie side by side, in one order or the other, and nothing between the pixels. */
    private static boolean isPacked(ComponentSampleModel model) {
        int[] offsets = model.getBandOffsets();
        if (model.getPixelStride() != offsets.length || offsets.length == 1) {
            return offsets.length == 1 && offsets[0] == 0 && model.getPixelStride() == 1;
        }
        return offsets.length == 3 && offsets[1] == 1 && offsets[0] + offsets[2] == 2 && offsets[0] != 1;
    }

    private void readBytes(int y, byte[] row) {
        if (packed) {
            System.arraycopy(bytes, y * model.getScanlineStride(), row, 0, width * channels);
            return;
        }
        int[] offsets = model.getBandOffsets();
        int step = model.getPixelStride();
        int at = y * model.getScanlineStride();
        int colours = bands - (alpha ? 1 : 0);
        int red = at + offsets[0];
        int green = at + offsets[colours == GRAY ? 0 : 1];
        int blue = at + offsets[colours == GRAY ? 0 : 2];
        int opacity = alpha ? at + offsets[colours] : 0;
        for (int x = 0; x < width; x++) {
            int pixel = x * step;
            put(
                    row,
                    x,
                    bytes[red + pixel] & 0xFF,
                    bytes[green + pixel] & 0xFF,
                    (bytes[blue + pixel] & 0xFF) << 8 | (alpha ? bytes[opacity + pixel] & 0xFF : OPAQUE));
        }
    }

    private void readSamples(int y, byte[] row) {
        samples = raster.getPixels(0, y, width, 1, samples.length == 0 ? null : samples);
        int colours = bands - (alpha ? 1 : 0);
        for (int x = 0, at = 0; x < width; x++, at += bands) {
            int green = colours == GRAY ? at : at + 1;
            int blue = colours == GRAY ? at : at + 2;
            int opacity = alpha ? samples[at + colours] >> shift : OPAQUE;
            put(row, x, samples[at] >> shift, samples[green] >> shift, (samples[blue] >> shift) << 8 | opacity);
        }
    }

    private void readColours(int y, byte[] row) {
        samples = image.getRGB(0, y, width, 1, samples.length == 0 ? null : samples, 0, width);
        for (int x = 0; x < width; x++) {
            int argb = samples[x];
            put(row, x, argb >> 16 & 0xFF, argb >> 8 & 0xFF, (argb & 0xFF) << 8 | argb >>> 24);
        }
    }

    /** @param blueAndOpacity blue in the upper byte of two */
    private void put(byte[] row, int x, int red, int green, int blueAndOpacity) {
        int opacity = blueAndOpacity & 0xFF;
        int r = onPaper(red, opacity);
        int g = onPaper(green, opacity);
        int b = onPaper(blueAndOpacity >> 8, opacity);
        if (channels == GRAY) {
            row[x] = (byte) (r == g && g == b ? r : (r * RED + g * GREEN + b * BLUE + HALF) >> 16);
        } else {
            row[3 * x] = (byte) r;
            row[3 * x + 1] = (byte) g;
            row[3 * x + 2] = (byte) b;
        }
    }

    private static int onPaper(int colour, int opacity) {
        return opacity == OPAQUE ? colour : (colour * opacity + OPAQUE * (OPAQUE - opacity) + OPAQUE / 2) / OPAQUE;
    }
}
