package dev.sluice.gateway.front.v2;

import java.nio.charset.StandardCharsets;

/**
 * Where digits, point and exponent of a decimal number go, depending on its size: {@code 0.00ddd}, {@code dd.ddd} or
 * {@code d.dddE-5}.
 *
 * <p>Everything about a size is packed into one long, so that writing a number takes one look and no branch: the
 * exponent as text in the lower five bytes, then
 * <ul>
 *   <li>origin: where the digits stand that come after the point, counted as if all of them did
 *   <li>bits before the point: eight for each digit that stands before it; none if only a zero does
 *   <li>point: where it stands
 *   <li>length of the exponent
 * </ul>
 *
 * @thread stateless; the table is computed once, when the class is loaded
 */
final class DecimalForm {

    /** The sizes of the smallest and the largest double. */
    private static final int LEAST = -323;

    private static final int MOST = 309;

    /** Below 0.001 and from 10^7 on the exponent is written, as Java does, for that is shorter. */
    private static final int LEAST_PLAIN = -2;

    private static final int MOST_PLAIN = 7;

    private static final int ORIGIN = 40;
    private static final int BITS_BEFORE_POINT = 43;
    private static final int POINT = 49;
    private static final int SUFFIX_BYTES = 52;

    private static final long[] FORMS = new long[MOST - LEAST + 1];

    static {
        for (int size = LEAST; size <= MOST; size++) {
            if (size < LEAST_PLAIN || size > MOST_PLAIN) {
                FORMS[size - LEAST] = withSuffix("E" + (size - 1));
            } else {
                FORMS[size - LEAST] = size > 0 ? form(1, size, size) : form(2 - size, 0, 1);
            }
        }
    }

    private DecimalForm() {}

    /** @param size how many digits stand before the point, or minus how many zeros behind it, without an exponent */
    static long of(int size) {
        return FORMS[size - LEAST];
    }

    static int origin(long form) {
        return (int) (form >>> ORIGIN) & 7;
    }

    static int bitsBeforePoint(long form) {
        return (int) (form >>> BITS_BEFORE_POINT) & 56;
    }

    static int point(long form) {
        return (int) (form >>> POINT) & 7;
    }

    /** Writes the exponent, if there is one, and returns the index behind it. */
    static int writeSuffix(long form, byte[] target, int at) {
        EightDigits.store(form, target, at);
        return at + ((int) (form >>> SUFFIX_BYTES) & 7);
    }

    private static long form(int origin, int before, int point) {
        return ((long) origin << ORIGIN) | (((long) Byte.SIZE * before) << BITS_BEFORE_POINT) | ((long) point << POINT);
    }

    private static long withSuffix(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        long form = form(1, 1, 1) | ((long) ascii.length << SUFFIX_BYTES);
        for (int i = 0; i < ascii.length; i++) {
            form |= (long) ascii[i] << (Byte.SIZE * i);
        }
        return form;
    }
}
