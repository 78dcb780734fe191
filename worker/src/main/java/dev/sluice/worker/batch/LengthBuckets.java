package dev.sluice.worker.batch;

import java.util.TreeSet;

/**
 * Learns from the lengths that come which of them to put together, so that padding all to the longest wastes little.
 *
 * <p>Lengths are counted in cells, eight for each doubling. From the longest cell down, a bucket takes in one cell after
 * the other as long as the padding to its upper edge stays within the bound in the mean; then the next begins. So
 * there are as few buckets as the bound allows, and lengths that nobody sends cost none. What is older counts half
 * each time. As long as nothing is known, the edges are the powers of two.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @units elements along one axis
 * @bound constant memory; O(log buckets) for a length, and O(cells) each {@value #LEARN_EVERY} of them
 */
final class LengthBuckets {

    static final int LEARN_EVERY = 512;

    private static final int CELLS_PER_OCTAVE = 8;
    private static final int FIRST_OCTAVE = 3; // shorter ones are cells of their own
    private static final int CELLS = (Integer.SIZE - FIRST_OCTAVE) * CELLS_PER_OCTAVE;
    private static final double FORGOTTEN = 0.5;

    private final double mostWaste;
    private final double[] counts = new double[CELLS];
    private final double[] lengths = new double[CELLS];
    private TreeSet<Long> edges = new TreeSet<>();
    private int sinceLearnt;

    /** @param mostWaste the share of padding among all elements that is aimed at, at most */
    LengthBuckets(double mostWaste) {
        this.mostWaste = mostWaste;
    }

    /** Counts that length, and tells the greatest that belongs with it. */
    long edgeFor(long length) {
        if (length == 0) {
            return 0; // nothing but padding: no model is asked to make sense of that
        }
        int cell = cell(length);
        counts[cell]++;
        lengths[cell] += length;
        if (++sinceLearnt == LEARN_EVERY) {
            sinceLearnt = 0;
            learn();
        }
        Long edge = edges.ceiling(length);
        return edge != null ? edge : powerOfTwo(length);
    }

    private void learn() {
        TreeSet<Long> learnt = new TreeSet<>();
        long edge = 0;
        double count = 0;
        double sum = 0;
        for (int cell = CELLS - 1; cell >= 0; cell--) {
            if (counts[cell] == 0) {
                continue;
            }
            count += counts[cell];
            sum += lengths[cell];
            if (learnt.isEmpty() || count * edge - sum > mostWaste * count * edge) {
                edge = longest(cell);
                learnt.add(edge);
                count = counts[cell];
                sum = lengths[cell];
            }
            forgetHalf(cell);
        }
        edges = learnt;
    }

    private void forgetHalf(int cell) {
        counts[cell] /= 2;
        lengths[cell] /= 2;
        if (counts[cell] < FORGOTTEN) {
            counts[cell] = 0;
            lengths[cell] = 0;
        }
    }

    private static int cell(long length) {
        if (length < CELLS_PER_OCTAVE) {
            return (int) length;
        }
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
        int within = (int) (length >>> (octave - FIRST_OCTAVE)) - CELLS_PER_OCTAVE;
        return Math.min(CELLS - 1, (octave - FIRST_OCTAVE + 1) * CELLS_PER_OCTAVE + within);
    }

    private static long longest(int cell) {
        if (cell < CELLS_PER_OCTAVE) {
            return cell;
        }
        int shift = cell / CELLS_PER_OCTAVE - 1;
        return ((long) (cell % CELLS_PER_OCTAVE + CELLS_PER_OCTAVE + 1) << shift) - 1;
    }

    private static long powerOfTwo(long length) {
        return length <= 1 ? length : Long.highestOneBit(length - 1) << 1;
    }
}
