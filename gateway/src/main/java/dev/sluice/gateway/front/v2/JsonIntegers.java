package dev.sluice.gateway.front.v2;

/**
 * Reads JSON integers of up to 64 bits, signed or unsigned, exactly.
 *
 * <p>Among the cells of a table, {@code 1.0} and {@code 1e3} are integers too: that is how a column is written that once had
 * a value missing.
 *
 * @thread stateless
 * @bound no allocation; time grows with the length of the number and not with its exponent
 * @errors {@link BadJson} when the number is no integer, or lies outside the range
 */
final class JsonIntegers {

    /** Numbers of so many digits fit a {@code long} without looking. */
    private static final int SAFE_DIGITS = 18;

    private static final long MAX_UNSIGNED = -1;
    private static final long MAX_BEFORE_LAST_DIGIT = Long.divideUnsigned(MAX_UNSIGNED, 10);
    private static final int MAX_LAST_DIGIT = (int) Long.remainderUnsigned(MAX_UNSIGNED, 10);

    /** Larger ones say no more, as no number has so many digits. */
    private static final int MOST_EXPONENT = 2 * JsonNumbers.MAX_LENGTH;

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
            throw outOfRange(cursor, at, min, max);
        }
        cursor.position = at;
        return value;
    }

    /** An integer from 0 to 2^64 - 1, as the bits of a {@code long}. */
    static long readUnsigned(JsonCursor cursor) {
        return readSlowly(cursor, 0, MAX_UNSIGNED);
    }

    /** However long, and in a cell however it is written; {@code max} is unsigned where {@code min} is not negative. */
    private static long readSlowly(JsonCursor cursor, long min, long max) {
        int to = endOfNumber(cursor);
        boolean negative = cursor.bytes[cursor.position] == '-';
        int from = negative ? cursor.position + 1 : cursor.position;
        int point = JsonNumbers.digits(cursor, from);
        boolean fraction = point < to && cursor.bytes[point] == '.';
        int end = fraction ? JsonNumbers.digits(cursor, point + 1) : point;
        int whole = point - from + exponent(cursor, end, to);
        if (point < to && !(cursor.cells && isZeroBehind(cursor, from, end, whole))) {
            throw new BadJson("expected an integer and found " + JsonNumbers.text(cursor, to));
        }
        long magnitude;
        try {
            magnitude = magnitude(cursor, from, end, whole);
        } catch (ArithmeticException beyond64Bits) {
            throw outOfRange(cursor, to, min, max);
        }
        if (!isWithin(negative, magnitude, min, max)) {
            throw outOfRange(cursor, to, min, max);
        }
        cursor.position = to;
        return negative ? -magnitude : magnitude;
    }

    /** What stands between the end of the digits and that of the number; 0 where nothing does. */
    private static int exponent(JsonCursor cursor, int end, int to) {
        int exponent = 0;
        for (int at = end; at < to; at++) {
            byte next = cursor.bytes[at];
            if (next >= '0' && next <= '9') {
                exponent = Math.min(exponent * 10 + (next - '0'), MOST_EXPONENT);
            }
        }
        return end < to && cursor.bytes[end + 1] == '-' ? -exponent : exponent;
    }

    /** Whether these digits, a point among them, are all 0 behind the first so many. */
    private static boolean isZeroBehind(JsonCursor cursor, int from, int end, int whole) {
        int left = whole;
        for (int at = from; at < end; at++) {
            byte next = cursor.bytes[at];
            if (next != '.' && left-- <= 0 && next != '0') {
                return false;
            }
        }
        return true;
    }

    /**
     * What the first so many of these digits say, a point among them passed over, as an unsigned number; zeros follow
     * where they are fewer.
     *
     * @throws ArithmeticException where that exceeds 64 bits
     */
    private static long magnitude(JsonCursor cursor, int from, int end, int whole) {
        long value = 0;
        int left = whole;
        for (int at = from; at < end && left > 0; at++) {
            if (cursor.bytes[at] != '.') {
                value = appendExact(value, cursor.bytes[at] - '0');
                left--;
            }
        }
        for (; left > 0 && value != 0; left--) {
            value = appendExact(value, 0);
        }
        return value;
    }

    private static long appendExact(long value, int digit) {
        int beyond = Long.compareUnsigned(value, MAX_BEFORE_LAST_DIGIT);
        if (beyond > 0 || (beyond == 0 && digit > MAX_LAST_DIGIT)) {
            throw new ArithmeticException("beyond 64 bits");
        }
        return value * 10 + digit;
    }

    private static boolean isWithin(boolean negative, long magnitude, long min, long max) {
        long value = negative ? -magnitude : magnitude;
        if (min < 0) {
            boolean isSigned = negative ? value <= 0 : value >= 0;
            return isSigned && value >= min && value <= max;
        }
        return (!negative || magnitude == 0)
                && Long.compareUnsigned(magnitude, min) >= 0
                && Long.compareUnsigned(magnitude, max) <= 0;
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

    private static BadJson outOfRange(JsonCursor cursor, int to, long min, long max) {
        String most = min < 0 ? Long.toString(max) : Long.toUnsignedString(max);
        return new BadJson(JsonNumbers.text(cursor, to) + " is outside the range " + min + " to " + most);
    }
}
