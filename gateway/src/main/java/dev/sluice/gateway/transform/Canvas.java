package dev.sluice.gateway.transform;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A picture in its new size but not turned yet: numbers from 0 to 255, the channels of a pixel side by side.
 *
 * @thread confined to the thread that transforms
 */
final class Canvas {

    private static final int COLOURS = 3;
    private static final int SIGN = 0x80;
    private static final float MISSING = 128;

    private final int wide;
    private final int channels;
    private final float[] values;
    private boolean blueFirst;

    /** @param background what is where the picture will not be */
    Canvas(int wide, int high, int channels, int background) {
        this.wide = wide;
        this.channels = channels;
        this.values = new float[wide * high * channels];
        if (background != 0) {
            Arrays.fill(values, background);
        }
    }

    float[] values() {
        return values;
    }

    /** Whether the picture on it has blue first, and not red. */
    boolean isBlueFirst() {
        return blueFirst;
    }

    /**
     * Draws a picture on it: for each row here, those of the picture that it is made of are summed up first, and then made
     * as wide as this; the other way round each of them would have to be made so.
     *
     * @param tone what each byte of a gray picture becomes; null where it stays as it is
     */
    void draw(PixelRows rows, Framing framing, byte @Nullable [] tone) {
        Taps down = framing.down();
        byte[] row = new byte[rows.width() * channels];
        float[] sum = new float[row.length];
        boolean asItIs = down.isIdentity() && framing.across().isIdentity();
        blueFirst = rows.areBlueFirst();
        for (int to = down.from(); to < down.to(); to++) {
            for (int k = 0; k < down.count()[to]; k++) {
                rows.read(down.first()[to] + k, row);
                if (tone != null) {
                    apply(tone, row);
                }
                sign(row);
                if (!asItIs) {
                    add(row, down.weights()[to * down.most() + k], k == 0, sum);
                }
            }
            if (asItIs) {
                copy(row, to * row.length);
            } else {
                squeeze(sum, framing.across(), to * wide);
            }
        }
    }

    private static void apply(byte[] tone, byte[] row) {
        for (int x = 0; x < row.length; x++) {
            row[x] = tone[row[x] & 0xFF];
        }
    }

    private void copy(byte[] row, int at) {
        for (int i = 0; i < row.length; i++) {
            values[at + i] = row[i] + MISSING;
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

    /** @param at the pixel that the row begins with */
    private void squeeze(float[] sum, Taps across, int at) {
        for (int x = across.from(); x < across.to(); x++) {
            if (channels == COLOURS) {
                squeezeColours(sum, across, x, (at + x) * COLOURS);
            } else {
                float gray = MISSING;
                for (int k = 0; k < across.count()[x]; k++) {
                    gray += across.weights()[x * across.most() + k] * sum[across.first()[x] + k];
                }
                values[at + x] = gray;
            }
        }
    }

    private void squeezeColours(float[] sum, Taps across, int x, int to) {
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
        values[to] = red;
        values[to + 1] = green;
        values[to + 2] = blue;
    }
}
