package dev.sluice.gateway.transform;

/**
 * How the stored picture lies in the upright one.
 *
 * @param orientation 1 to 8 as EXIF counts
 * @param width of the upright one
 * @param height of it
 */
record Turn(int orientation, int width, int height) {

    /** Whether its rows are columns of the upright one. */
    boolean swaps() {
        return orientation >= 5;
    }

    int wide() {
        return swaps() ? height : width;
    }

    int high() {
        return swaps() ? width : height;
    }

    /** Whether what it is made of runs from right to left. */
    boolean leftward() {
        return orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    }

    /** Whether what it is made of runs from below. */
    boolean upward() {
        return orientation == 3 || orientation == 4 || orientation >= 7;
    }

    /** The index of the upright pixel that the first one stored is. */
    int start() {
        return (leftward() ? width - 1 : 0) + (upward() ? width * (height - 1) : 0);
    }

    /** How much further the upright pixel is of the one stored behind it in the same row. */
    int nextPixel() {
        return swaps() ? stepDown() : stepRight();
    }

    /** The same for the row below. */
    int nextRow() {
        return swaps() ? stepRight() : stepDown();
    }

    private int stepRight() {
        return leftward() ? -1 : 1;
    }

    private int stepDown() {
        return upward() ? -width : width;
    }
}
