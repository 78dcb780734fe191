package dev.sluice.gateway.front.v2;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * A number with six decimals, rounded as C rounds it: by its exact value, and half way to the even digit.
 *
 * <p><b>Implementation note.</b> A double below 2^63 is a {@code long} and a fraction, both exact. A million times the
 * fraction is rounded once, which moves it to an integer and a half at most, never over it; there the part that was
 * rounded away, which {@code fma} gives exactly, says on which side of the half it was.
 *
 * @thread stateless
 * @bound no allocation below 2^63
 */
final class SixDecimals {

    /** The largest double has 309 digits before its point. */
    static final int ROOM = 320;

    private static final int MILLION = 1_000_000;
    private static final double TWO_TO_63 = 0x1p63;

    private SixDecimals() {}

    /** Writes the number at that index and returns the index behind it. */
    static int write(double value, byte[] target, int at) {
        if (!Double.isFinite(value)) {
            return writeText(Double.toString(value), target, at);
        }
        int to = at;
        if (Double.doubleToRawLongBits(value) < 0) {
            target[to++] = '-';
        }
        double magnitude = Math.abs(value);
        if (magnitude >= TWO_TO_63) {
            return writeText(new BigDecimal(magnitude).toPlainString() + ".000000", target, to);
        }
        long whole = (long) magnitude;
        int millionths = millionths(magnitude - whole);
        int point = DecimalText.writeInteger(whole + millionths / MILLION, target, to);
        int end = DecimalText.writeInteger(MILLION + millionths % MILLION, target, point);
        target[point] = '.'; // in place of the 1 that kept the zeros behind it
        return end;
    }

    /** Of a number below 1; a million when it rounds up to 1. */
    private static int millionths(double fraction) {
        double scaled = fraction * MILLION;
        double lost = Math.fma(fraction, MILLION, -scaled);
        int below = (int) scaled;
        double rest = scaled - below;
        boolean up = rest != 0.5 ? rest > 0.5 : lost != 0 ? lost > 0 : (below & 1) != 0;
        return up ? below + 1 : below;
    }

    private static int writeText(String ascii, byte[] target, int at) {
        byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, target, at, bytes.length);
        return at + bytes.length;
    }
}
