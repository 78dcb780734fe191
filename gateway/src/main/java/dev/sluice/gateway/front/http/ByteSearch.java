package dev.sluice.gateway.front.http;

import java.util.Arrays;

/**
 * Looks for some bytes in many others.
 *
 * <p>By the byte under their end it knows how far they can be moved on at once, so that of a photo behind a boundary of forty
 * bytes it looks at two bytes in forty. They are compared from their beginning: where that does not occur within them, as the line
 * end of a boundary does not, nobody can send what makes the search slower than one look at each byte, twice.
 *
 * @thread any; immutable
 * @source Horspool, Practical fast searching in strings (1980), without its order of comparing
 */
final class ByteSearch {

    private final byte[] sought;
    private final int[] steps = new int[256];

    /** @param sought at least one */
    ByteSearch(byte[] sought) {
        this.sought = sought.clone();
        Arrays.fill(steps, sought.length);
        for (int i = 0; i < sought.length - 1; i++) {
            steps[sought[i] & 0xff] = sought.length - 1 - i;
        }
    }

    /** Where they begin, the first time that they lie between those; -1 if they do not. */
    int indexOf(byte[] bytes, int from, int to) {
        int last = to - sought.length;
        int at = from;
        while (at <= last) {
            if (isAt(bytes, at)) {
                return at;
            }
            at += steps[bytes[at + sought.length - 1] & 0xff];
        }
        return -1;
    }

    private boolean isAt(byte[] bytes, int at) {
        for (int i = 0; i < sought.length; i++) {
            if (bytes[at + i] != sought[i]) {
                return false;
            }
        }
        return true;
    }

    int length() {
        return sought.length;
    }
}
