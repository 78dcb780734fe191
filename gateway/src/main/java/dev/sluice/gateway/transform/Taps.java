package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ImageInput.Filter;

/**
 * Along one axis, of which pixels each new one is made, and how much of each.
 *
 * @param first for each new pixel, the first of them
 * @param count how many; 0 for a new pixel that lies beside the picture
 * @param weights for each new pixel {@code most} of them, which sum up to 1
 * @param most pixels that one is made of
 * @param from the first new pixel that is made of any
 * @param to behind the last
 * @param part of the picture that all of them are made of
 * @source Pillow, whose filters grow with the scale in the same way, so that nothing between two new pixels is lost
 */
record Taps(int[] first, int[] count, float[] weights, int most, int from, int to, Part part) {

    /**
     * A part of the axis of the picture.
     *
     * @param start where it begins
     * @param scale how many of its pixels become one
     * @param from the first new pixel that is made of it
     * @param to behind the last
     */
    record Part(double start, double scale, int from, int to) {

        /** All of it. */
        static Part whole(int size, int made) {
            return new Part(0, (double) size / made, 0, made);
        }

        private double centre(int made) {
            return start + (made - from + 0.5) * scale;
        }
    }

    /**
     * For that part of a picture.
     *
     * @param size of the picture along the axis
     * @param made how many new pixels there are in all
     */
    static Taps of(Filter filter, int size, Part part, int made) {
        double reach = filter == Filter.NEAREST ? 0.5 : Math.max(1, part.scale) * (filter == Filter.AREA ? 0.5 : 1);
        int most = (int) Math.ceil(2 * reach) + 1;
        int low = part.from;
        while (low < part.to && part.centre(low) < 0) {
            low++;
        }
        int high = part.to;
        while (high > low && part.centre(high - 1) > size) {
            high--;
        }
        Taps taps = new Taps(new int[made], new int[made], new float[made * most], most, low, high, part);
        for (int i = low; i < high; i++) {
            taps.put(i, filter, part.centre(i), reach, size);
        }
        return taps;
    }

    private void put(int i, Filter filter, double centre, double reach, int size) {
        if (filter == Filter.NEAREST) {
            first[i] = Math.min(size - 1, (int) centre);
            count[i] = 1;
            weights[i * most] = 1;
            return;
        }
        int low = Math.max(0, (int) Math.floor(centre - reach));
        int high = Math.min(size, (int) Math.ceil(centre + reach));
        double[] shares = new double[high - low];
        double sum = 0;
        for (int at = low; at < high; at++) {
            double share = filter == Filter.AREA
                    ? Math.min(at + 1, centre + reach) - Math.max(at, centre - reach)
                    : 1 - Math.abs(at + 0.5 - centre) / reach;
            shares[at - low] = Math.max(0, share);
            sum += shares[at - low];
        }
        int skipped = 0;
        while (skipped < shares.length - 1 && shares[skipped] == 0) {
            skipped++;
        }
        int used = shares.length;
        while (used > skipped + 1 && shares[used - 1] == 0) {
            used--;
        }
        first[i] = low + skipped;
        count[i] = Math.min(most, used - skipped);
        for (int k = 0; k < count[i]; k++) {
            weights[i * most + k] = (float) (shares[skipped + k] / sum);
        }
    }

    /** Behind the last pixel that the new one is made of. */
    int end(int made) {
        return first[made] + count[made];
    }

    /** Whether each pixel stays as it is. */
    boolean isIdentity() {
        for (int i = 0; i < first.length; i++) {
            if (count[i] != 1 || first[i] != i) {
                return false;
            }
        }
        return true;
    }
}
