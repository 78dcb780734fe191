package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ImageInput.Invert;
import dev.sluice.worker.contract.InferenceException;

/**
 * What is drawn on a picture of gray: how it is told from the paper, and where it is.
 *
 * @param tone of each gray, from 0 for paper to 255 for ink
 * @param longerSide of the box around it, in pixels
 * @param centreX of its mass
 * @param centreY of its mass
 * @source the page of MNIST: 20 x 20 pixels of 28 x 28, the centre of mass in the middle
 */
record Ink(byte[] tone, double longerSide, double centreX, double centreY) {

    private static final int GRAYS = 256;
    private static final int MIDDLE = 128;

    /** A border of this part of the picture is taken for paper. */
    private static final int BORDER_PART = 20;

    /** So much of the picture at least has the full strength of the ink: more than a few broken pixels. */
    private static final double FULL_PART = 0.002;

    /** Fainter than that is no ink, but the paper itself. */
    private static final int LEAST_STRENGTH = 32;

    /** Of the full strength: up to here it is paper, and from there on ink. */
    private static final double PAPER_ENDS = 0.3;

    private static final double INK_BEGINS = 0.8;

    /** A line across the picture has ink if this part of it has, and one pixel at least: dust is smaller. */
    private static final int DUST_PART = 400;

    /**
     * That of a picture.
     *
     * @param invert whether the ink is darker than the paper; by itself, where the paper is light
     * @throws InferenceException InvalidRequest where nothing is drawn
     */
    static Ink of(PixelRows rows, Invert invert) {
        int[] all = new int[GRAYS];
        int[] border = new int[GRAYS];
        int edge = Math.max(1, Math.min(rows.width(), rows.height()) / BORDER_PART);
        byte[] row = new byte[rows.width()];
        for (int y = 0; y < rows.height(); y++) {
            rows.read(y, row);
            boolean isBorder = y < edge || y >= rows.height() - edge;
            for (int x = 0; x < row.length; x++) {
                all[row[x] & 0xFF]++;
                if (isBorder || x < edge || x >= row.length - edge) {
                    border[row[x] & 0xFF]++;
                }
            }
        }
        int paper = median(border);
        boolean dark = invert == Invert.AUTO ? paper >= MIDDLE : invert == Invert.TRUE;
        byte[] tone = tones(all, paper, dark);
        return placed(rows, tone);
    }

    private static int median(int[] counts) {
        long half = 0;
        for (int count : counts) {
            half += count;
        }
        half /= 2;
        int gray = 0;
        for (long seen = counts[0]; seen <= half && gray < GRAYS - 1; seen += counts[gray]) {
            gray++;
        }
        return gray;
    }

    private static byte[] tones(int[] all, int paper, boolean dark) {
        long pixels = 0;
        for (int count : all) {
            pixels += count;
        }
        int full = GRAYS - 1;
        long beyond = 0;
        while (full >= LEAST_STRENGTH) {
            int gray = dark ? paper - full : paper + full;
            beyond += gray >= 0 && gray < GRAYS ? all[gray] : 0;
            if (beyond > pixels * FULL_PART) {
                break;
            }
            full--;
        }
        if (full < LEAST_STRENGTH) {
            throw InferenceException.invalid("image", "nothing is drawn on it that could be told from its border");
        }
        byte[] tone = new byte[GRAYS];
        for (int gray = 0; gray < GRAYS; gray++) {
            double strength = (double) (dark ? paper - gray : gray - paper) / full;
            double ink = Math.clamp((strength - PAPER_ENDS) / (INK_BEGINS - PAPER_ENDS), 0.0, 1.0);
            tone[gray] = (byte) Math.round(ink * (GRAYS - 1));
        }
        return tone;
    }

    private static Ink placed(PixelRows rows, byte[] tone) {
        int[] columns = new int[rows.width()];
        int[] lines = new int[rows.height()];
        double mass = 0;
        double massX = 0;
        double massY = 0;
        byte[] row = new byte[rows.width()];
        for (int y = 0; y < lines.length; y++) {
            rows.read(y, row);
            for (int x = 0; x < row.length; x++) {
                int ink = tone[row[x] & 0xFF] & 0xFF;
                if (ink >= MIDDLE) {
                    columns[x]++;
                    lines[y]++;
                }
                mass += ink;
                massX += ink * (x + 0.5);
                massY += ink * (y + 0.5);
            }
        }
        int dust = Math.max(1, Math.min(columns.length, lines.length) / DUST_PART);
        int longer = Math.max(1, Math.max(extent(columns, dust), extent(lines, dust)));
        return new Ink(tone, longer, massX / mass, massY / mass);
    }

    private static int extent(int[] counts, int least) {
        int first = 0;
        while (first < counts.length && counts[first] < least) {
            first++;
        }
        int last = counts.length - 1;
        while (last > first && counts[last] < least) {
            last--;
        }
        return last - first + 1;
    }
}
