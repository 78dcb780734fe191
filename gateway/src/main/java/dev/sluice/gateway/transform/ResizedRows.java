package dev.sluice.gateway.transform;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a picture in its new size, not turned yet: numbers from 0 to 255, the channels of a pixel side by side.
 *
 * <p>Those rows of the picture that one is made of are summed up first, and then made as wide as this; the other way round
 * each of them would have to be made so.
 *
 * @thread confined to the thread that transforms
 * @bound one row of the picture, as bytes and as numbers, and one of these
 */
final class ResizedRows {

    private static final int COLOURS = 3;
    private static final int SIGN = 0x80;
    private static final float MISSING = 128;

    private final PixelRows rows;
    private final Framing framing;
    private final byte @Nullable [] tone;
    private final int channels;
    private final int background;
    private final boolean asItIs;
    private final byte[] bytes;
    private final float[] sum;
    private final float[] values;

    /**
     * @param wide how wide they are
     * @param background what is where the picture will not be
     * @param tone what each byte of a gray picture becomes; null where it stays as it is
     */
    ResizedRows(PixelRows rows, Framing framing, int wide, int background, byte @Nullable [] tone) {
        this.rows = rows;
        this.framing = framing;
        this.tone = tone;
        this.channels = rows.channels();
        this.background = background;
        this.asItIs = framing.down().isIdentity() && framing.across().isIdentity();
        this.bytes = new byte[rows.width() * channels];
        this.sum = new float[bytes.length];
        this.values = new float[wide * channels];
        Arrays.fill(values, background); // on the left and the right it stays
    }

    /** Whether blue comes first in a pixel, and not red. */
    boolean areBlueFirst() {
        return rows.areBlueFirst();
    }

    /** One of them, which the next one is written over. */
    float[] row(int y) {
        Taps down = framing.down();
        if (y < down.from() || y >= down.to()) {
            Arrays.fill(values, background);
            return values;
        }
        for (int k = 0; k < down.count()[y]; k++) {
            rows.read(down.first()[y] + k, bytes);
            if (tone != null) {
                apply(tone, bytes);
            }
            sign(bytes);
            if (!asItIs) {
                add(bytes, down.weights()[y * down.most() + k], k == 0, sum);
            }
        }
        if (asItIs) {
            copy();
        } else {
            squeeze();
        }
        return values;
    }

    private static void apply(byte[] tone, byte[] row) {
        for (int x = 0; x < row.length; x++) {
            row[x] = tone[row[x] & 0xFF];
        }
    }

    private void copy() {
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] + MISSING;
        }
    }

    /** Makes 0 to 255 of each byte -128 to 127, for those are the bytes that a processor takes many of at a time. */
    private static void sign(byte[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] ^= (byte) SIGN;
        }
    }

    /** Weights sum up to 1, so that 128 is missing from the sum in the end. */
    private static void add(byte[] row, float part, boolean first, float[] sum) {
        if (first) {
            for (int i = 0; i < row.length; i++) {
                sum[i] = part * row[i];
            }
        } else {
            for (int i = 0; i < row.length; i++) {
                sum[i] += part * row[i];
            }
        }
    }

    private void squeeze() {
        Taps across = framing.across();
        for (int x = across.from(); x < across.to(); x++) {
            if (channels == COLOURS) {
                squeezeColours(across, x);
            } else {
                float gray = MISSING;
                for (int k = 0; k < across.count()[x]; k++) {
                    gray += across.weights()[x * across.most() + k] * sum[across.first()[x] + k];
                }
                values[x] = gray;
            }
        }
    }

    private void squeezeColours(Taps across, int x) {
        float red = MISSING;
        float green = MISSING;
        float blue = MISSING;
        int from = across.first()[x] * COLOURS;
        int weight = x * across.most();
        for (int k = 0; k < across.count()[x]; k++, from += COLOURS) {
            float part = across.weights()[weight + k];
            red += part * sum[from];
            green += part * sum[from + 1];
            blue += part * sum[from + 2];
        }
        values[COLOURS * x] = red;
        values[COLOURS * x + 1] = green;
        values[COLOURS * x + 2] = blue;
    }
}
