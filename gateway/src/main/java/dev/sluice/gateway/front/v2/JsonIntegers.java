package dev.sluice.gateway.front.v2;

/**
 * Reads JSON integers of up to 64 bits, signed or unsigned, exactly.
 *
 * @thread stateless
 * @errors {@link BadJson} when the number has a fraction or an exponent, or lies outside the range
 */
final class JsonIntegers {

    /** Numbers of so many digits fit a {@code long} without looking. */
    private static final int SAFE_DIGITS = 18;

    private static final int MAX_UNSIGNED_DIGITS = 20;

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
        cursor.peek();
        int to = endOfInteger(cursor);
        String digits = JsonNumbers.text(cursor, to);
        if (digits.equals("-0")) {
            cursor.position = to;
            return 0;
        }
        if (digits.length() > MAX_UNSIGNED_DIGITS || digits.charAt(0) == '-') {
            throw outOfRange(cursor, to, "0", Long.toUnsignedString(-1));
        }
        try {
            long value = Long.parseUnsignedLong(digits);
            cursor.position = to;
            return value;
        } catch (NumberFormatException tooLarge) {
            throw outOfRange(cursor, to, "0", Long.toUnsignedString(-1));
        }
    }

    private static long readSlowly(JsonCursor cursor, long min, long max) {
        int to = endOfInteger(cursor);
        try {
            long value = Long.parseLong(JsonNumbers.text(cursor, to));
            if (value >= min && value <= max) {
                cursor.position = to;
                return value;
            }
        } catch (NumberFormatException tooLarge) {
            // falls through to the same error as any other number out of range
        }
        throw outOfRange(cursor, to, Long.toString(min), Long.toString(max));
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
        String text = JsonNumbers.text(cursor, to);
        if (text.indexOf('.') >= 0 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            throw new BadJson("expected an integer and found " + text);
        }
        return to;
    }

    private static BadJson outOfRange(JsonCursor cursor, int to, String min, String max) {
        return new BadJson(JsonNumbers.text(cursor, to) + " is outside the range " + min + " to " + max);
    }
}
