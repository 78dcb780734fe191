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

    /** The index of the stored pixel that the upright one at 0, 0 is. */
    int start() {
        return switch (orientation) {
            case 2 -> wide() - 1;
            case 3 -> wide() * high() - 1;
            case 4, 6 -> wide() * (high() - 1);
            case 7 -> wide() * high() - 1;
            case 8 -> wide() - 1;
            default -> 0;
        };
    }

    /** How much further the stored pixel is that stands one to the right in the upright picture. */
    int right() {
        return switch (orientation) {
            case 2, 3 -> -1;
            case 5, 8 -> wide();
            case 6, 7 -> -wide();
            default -> 1;
        };
    }

    /** The same for the one below. */
    int down() {
        return switch (orientation) {
            case 3, 4 -> -wide();
            case 5, 6 -> 1;
            case 7, 8 -> -1;
            default -> wide();
        };
    }
}
