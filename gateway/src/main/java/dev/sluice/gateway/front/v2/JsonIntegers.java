package dev.sluice.gateway.front.v2;

/**
 * Reads JSON integers of up to 64 bits, signed or unsigned, exactly.
 *
 * @thread stateless
 * @bound no allocation
 * @errors {@link BadJson} when the number has a fraction or an exponent, or lies outside the range
 */
final class JsonIntegers {

    /** Numbers of so many digits fit a {@code long} without looking. */
    private static final int SAFE_DIGITS = 18;

    private static final String MAX_UNSIGNED = Long.toUnsignedString(-1);

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
        int to = endOfInteger(cursor);
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
        int to = endOfInteger(cursor);
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

    private static int endOfInteger(JsonCursor cursor) {
        byte first = cursor.peek();
        if (first != '-' && (first < '0' || first > '9')) {
            throw new BadJson("expected an integer and found " + cursor.found());
        }
        int to = JsonNumbers.endOf(cursor);
        for (int at = cursor.position + 1; at < to; at++) {
            if (cursor.bytes[at] < '0' || cursor.bytes[at] > '9') {
                throw new BadJson("expected an integer and found " + JsonNumbers.text(cursor, to));
            }
        }
        return to;
    }

    private static BadJson outOfRange(JsonCursor cursor, int to, String min, String max) {
        return new BadJson(JsonNumbers.text(cursor, to) + " is outside the range " + min + " to " + max);
    }
}
