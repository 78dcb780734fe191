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

    private final int wide;
    private final int high;
    private final int channels;
    private final float[] values;

    /** @param background what is where the picture will not be */
    Canvas(int wide, int high, int channels, int background) {
        this.wide = wide;
        this.high = high;
        this.channels = channels;
        this.values = new float[wide * high * channels];
        if (background != 0) {
            Arrays.fill(values, background);
        }
    }

    float[] values() {
        return values;
    }

    /**
     * Draws a picture on it: each of its rows is read once, made as wide as this, and added to those rows here that it is
     * a part of.
     *
     * @param tone what each byte of a gray picture becomes; null where it stays as it is
     */
    void draw(PixelRows rows, Framing framing, byte @Nullable [] tone) {
        Taps across = framing.across();
        Taps down = framing.down();
        byte[] row = new byte[rows.width() * channels];
        float[] line = new float[wide * channels];
        boolean asItIs = across.isIdentity();
        int to = 0;
        for (int y = 0; y < rows.height(); y++) {
            while (to < high && down.end(to) <= y) {
                to++;
            }
            if (to == high) {
                return;
            }
            y = Math.max(y, down.first()[to]);
            rows.read(y, row);
            if (tone != null) {
                apply(tone, row);
            }
            if (asItIs) {
                widen(row, line);
            } else {
                squeeze(row, across, line);
            }
            for (int at = to; at < high && (down.count()[at] == 0 || down.first()[at] <= y); at++) {
                if (y < down.end(at)) {
                    add(line, down.weights()[at * down.most() + y - down.first()[at]], at, across, y == down.first()[at]);
                }
            }
        }
    }

    private static void apply(byte[] tone, byte[] row) {
        for (int x = 0; x < row.length; x++) {
            row[x] = tone[row[x] & 0xFF];
        }
    }

    private static void widen(byte[] row, float[] line) {
        for (int i = 0; i < line.length; i++) {
            line[i] = row[i] & 0xFF;
        }
    }

    private void squeeze(byte[] row, Taps across, float[] line) {
        float[] weights = across.weights();
        for (int x = 0; x < wide; x++) {
            int from = across.first()[x] * channels;
            int weight = x * across.most();
            int count = across.count()[x];
            if (channels == COLOURS) {
                float red = 0;
                float green = 0;
                float blue = 0;
                for (int k = 0; k < count; k++, from += COLOURS) {
                    float part = weights[weight + k];
                    red += part * (row[from] & 0xFF);
                    green += part * (row[from + 1] & 0xFF);
                    blue += part * (row[from + 2] & 0xFF);
                }
                line[COLOURS * x] = red;
                line[COLOURS * x + 1] = green;
                line[COLOURS * x + 2] = blue;
            } else {
                float gray = 0;
                for (int k = 0; k < count; k++) {
                    gray += weights[weight + k] * (row[from + k] & 0xFF);
                }
                line[x] = gray;
            }
        }
    }

    /** @param first whether it is the first there, so that it takes the place of the background */
    private void add(float[] line, float part, int to, Taps across, boolean first) {
        int from = across.from() * channels;
        int end = across.to() * channels;
        int at = to * wide * channels;
        if (first) {
            for (int i = from; i < end; i++) {
                values[at + i] = part * line[i];
            }
        } else {
            for (int i = from; i < end; i++) {
                values[at + i] += part * line[i];
            }
        }
    }
}
