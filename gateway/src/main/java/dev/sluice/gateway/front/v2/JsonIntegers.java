package dev.sluice.gateway.front.v2;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON integers of up to 64 bits, signed or unsigned, exactly.
 *
 * <p>Among the cells of a table, {@code 1.0} and {@code 1e3} are integers too: that is how a column is written that once had
 * a value missing.
 *
 * @thread stateless
 * @bound no allocation, but for such cells
 * @errors {@link BadJson} when the number is no integer, or lies outside the range
 */
final class JsonIntegers {

    /** Numbers of so many digits fit a {@code long} without looking. */
    private static final int SAFE_DIGITS = 18;

    private static final String MAX_UNSIGNED = Long.toUnsignedString(-1);
    private static final int MOST_DIGITS = MAX_UNSIGNED.length();

    private JsonIntegers() {}

    /** An integer from {@code min} to {@code max}, both included. */
    static long read(JsonCursor cursor, long min, long max) {
        cursor.peek();
        int start = cursor.position;
        byte[] bytes = cursor.bytes;
        int at = start;
        boolean negative = at < cursor.end && bytes[at] == '-';
        if (negative) {
            at++;
        }
        int firstDigit = at;
        long value = 0;
        while (at < cursor.end && bytes[at] >= '0' && bytes[at] <= '9' && at - firstDigit <= SAFE_DIGITS) {
            value = value * 10 + (bytes[at++] - '0');
        }
        if (at - firstDigit > SAFE_DIGITS || isSuspicious(cursor, firstDigit, at)) {
            return readSlowly(cursor, min, max);
        }
        value = negative ? -value : value;
        if (value < min || value > max) {
            throw outOfRange(cursor, at, Long.toString(min), Long.toString(max));
        }
        cursor.position = at;
        return value;
    }

    /** An integer from 0 to 2^64 - 1, as the bits of a {@code long}. */
    static long readUnsigned(JsonCursor cursor) {
        int to = endOfNumber(cursor);
        if (!isPlain(cursor, to)) {
            return readCell(cursor, to, BigInteger.ZERO, new BigInteger(MAX_UNSIGNED))
                    .longValue();
        }
        boolean negative = cursor.bytes[cursor.position] == '-';
        int from = negative ? cursor.position + 1 : cursor.position;
        long value = magnitude(cursor, from, to);
        if (exceeds64Bits(cursor, from, to) || (negative && value != 0)) {
            throw outOfRange(cursor, to, "0", MAX_UNSIGNED);
        }
        cursor.position = to;
        return value;
    }

    private static long readSlowly(JsonCursor cursor, long min, long max) {
        int to = endOfNumber(cursor);
        if (!isPlain(cursor, to)) {
            return readCell(cursor, to, BigInteger.valueOf(min), BigInteger.valueOf(max))
                    .longValue();
        }
        boolean negative = cursor.bytes[cursor.position] == '-';
        int from = negative ? cursor.position + 1 : cursor.position;
        long magnitude = magnitude(cursor, from, to);
        long value = negative ? -magnitude : magnitude;
        boolean fits = negative ? value <= 0 : value >= 0;
        if (!fits || exceeds64Bits(cursor, from, to) || value < min || value > max) {
            throw outOfRange(cursor, to, Long.toString(min), Long.toString(max));
        }
        cursor.position = to;
        return value;
    }

    /** What those digits say, as an unsigned number, if it does not exceed 64 bits. */
    private static long magnitude(JsonCursor cursor, int from, int to) {
        long value = 0;
        for (int at = from; at < to; at++) {
            value = value * 10 + (cursor.bytes[at] - '0');
        }
        return value;
    }

    private static boolean exceeds64Bits(JsonCursor cursor, int from, int to) {
        int longer = to - from - MAX_UNSIGNED.length();
        for (int i = 0; longer == 0 && i < MAX_UNSIGNED.length(); i++) {
            longer = cursor.bytes[from + i] - MAX_UNSIGNED.charAt(i);
        }
        return longer > 0;
    }

    /** No digit at all, a leading zero, or a number that goes on with a fraction or an exponent. */
    private static boolean isSuspicious(JsonCursor cursor, int firstDigit, int at) {
        if (at == firstDigit || (cursor.bytes[firstDigit] == '0' && at > firstDigit + 1)) {
            return true;
        }
        if (at == cursor.end) {
            return false;
        }
        byte next = cursor.bytes[at];
        return next == '.' || (next | 0x20) == 'e';
    }

    private static int endOfNumber(JsonCursor cursor) {
        byte first = cursor.peek();
        if (first != '-' && (first < '0' || first > '9')) {
            throw new BadJson("expected an integer and found " + cursor.found());
        }
        return JsonNumbers.endOf(cursor);
    }

    /** Whether it has neither fraction nor exponent. */
    private static boolean isPlain(JsonCursor cursor, int to) {
        for (int at = cursor.position + 1; at < to; at++) {
            if (cursor.bytes[at] < '0' || cursor.bytes[at] > '9') {
                return false;
            }
        }
        return true;
    }

    /** One with a fraction or an exponent: an integer where they come to nothing, and only in a cell. */
    private static BigInteger readCell(JsonCursor cursor, int to, BigInteger min, BigInteger max) {
        BigDecimal value = cursor.cells ? decimal(cursor, to) : null;
        long digits = value == null ? 0 : (long) value.precision() - value.scale();
        boolean huge = digits > MOST_DIGITS;
        if (value == null || (!huge && value.stripTrailingZeros().scale() > 0)) {
            throw new BadJson("expected an integer and found " + JsonNumbers.text(cursor, to));
        }
        BigInteger whole = huge ? BigInteger.ZERO : value.toBigInteger();
        if (huge || whole.compareTo(min) < 0 || whole.compareTo(max) > 0) {
            throw outOfRange(cursor, to, min.toString(), max.toString());
        }
        cursor.position = to;
        return whole;
    }

    /** Null where the exponent is one that nothing reads. */
    private static @Nullable BigDecimal decimal(JsonCursor cursor, int to) {
        try {
            BigDecimal value = new BigDecimal(JsonNumbers.text(cursor, to));
            return value.signum() == 0 ? BigDecimal.ZERO : value;
        } catch (NumberFormatException exponent) {
            return null;
        }
    }

    private static BadJson outOfRange(JsonCursor cursor, int to, String min, String max) {
        return new BadJson(JsonNumbers.text(cursor, to) + " is outside the range " + min + " to " + max);
    }
}
