package dev.sluice.worker.detection;

import java.util.Arrays;

/**
 * The most probable boxes of a row, in the order of their scores; of equal ones the first.
 *
 * <p>A score and the place of its box are one number, by which they are sorted: the bits of positive floats are in
 * the order of the floats.
 *
 * @thread confined to its caller
 * @bound the best {@value #MOST}; while they are collected, twice as many
 */
final class Candidates {

    /** As many as Ultralytics looks at: a model that finds more in one picture finds noise. */
    static final int MOST = 30_000;

    private static final int FIRST_ROOM = 256;

    private long[] ranks = new long[FIRST_ROOM];
    private int count;
    private boolean sorted;

    /** @param score finite, and not negative */
    void add(float score, int box) {
        if (count == ranks.length) {
            makeRoom();
        }
        int bits = Float.floatToRawIntBits(score + 0f); // which makes 0 of -0
        ranks[count++] = (long) (Integer.MAX_VALUE - bits) << Integer.SIZE | box;
        sorted = false;
    }

    private void makeRoom() {
        if (ranks.length < 2 * MOST) {
            ranks = Arrays.copyOf(ranks, Math.min(2 * ranks.length, 2 * MOST));
        } else {
            sort();
        }
    }

    private void sort() {
        Arrays.sort(ranks, 0, count);
        count = Math.min(count, MOST);
        sorted = true;
    }

    /** How many there are, from now on in their order. */
    int ranked() {
        if (!sorted) {
            sort();
        }
        return count;
    }

    int box(int rank) {
        return (int) ranks[rank];
    }

    float score(int rank) {
        return Float.intBitsToFloat(Integer.MAX_VALUE - (int) (ranks[rank] >>> Integer.SIZE));
    }
}
