package dev.sluice.worker.pipeline;

/**
 * Along one axis of a box, of which pixels each new one is made and how much of each: all that lie under it, the nearer ones
 * more, so that nothing is lost where a box shrinks. Pixels beside the box but in the picture count, as far as they reach into the
 * edge; beside the picture there are none.
 *
 * @param first for each new pixel, the first of them
 * @param weights for each new pixel one for each of them, which sum up to 1
 * @source Pillow, {@code resize} with a {@code box} and BILINEAR
 */
record BoxTaps(int[] first, float[][] weights) {

    /**
     * @param size of the picture
     * @param low where the box begins, between 0 and that
     * @param high where it ends, behind its beginning
     * @param made how many new pixels there are
     */
    static BoxTaps of(int size, double low, double high, int made) {
        double scale = (high - low) / made;
        double reach = Math.max(1, scale);
        BoxTaps taps = new BoxTaps(new int[made], new float[made][]);
        for (int i = 0; i < made; i++) {
            double centre = low + (i + 0.5) * scale;
            int from = first(size, centre, reach);
            int to = behind(size, centre, reach);
            taps.first[i] = from;
            taps.weights[i] = weights(centre, reach, from, to);
        }
        return taps;
    }

    /** How many pixels of the picture the same are made of. */
    static int span(int size, double low, double high, int made) {
        double scale = (high - low) / made;
        double reach = Math.max(1, scale);
        return behind(size, low + (made - 0.5) * scale, reach) - first(size, low + 0.5 * scale, reach);
    }

    private static int first(int size, double centre, double reach) {
        return Math.clamp(Math.round(centre - reach), 0, size - 1);
    }

    private static int behind(int size, double centre, double reach) {
        return Math.clamp(Math.round(centre + reach), first(size, centre, reach) + 1, size);
    }

    private static float[] weights(double centre, double reach, int from, int to) {
        double sum = 0;
        double[] shares = new double[to - from];
        for (int at = from; at < to; at++) {
            shares[at - from] = Math.max(0, 1 - Math.abs(at + 0.5 - centre) / reach);
            sum += shares[at - from];
        }
        float[] weights = new float[shares.length];
        for (int i = 0; i < shares.length; i++) {
            weights[i] = (float) (shares[i] / sum);
        }
        return weights;
    }

    /** The first pixel that any is made of. */
    int from() {
        return first[0];
    }

    /** Behind the last. */
    int to() {
        int last = first.length - 1;
        return first[last] + weights[last].length;
    }

    /** One new pixel of a line that begins at {@link #from} of the picture, with so much between its pixels. */
    float at(int made, float[] line, int start, int step) {
        float sum = 0;
        int place = start + (first[made] - from()) * step;
        for (float weight : weights[made]) {
            sum += weight * line[place];
            place += step;
        }
        return sum;
    }
}
