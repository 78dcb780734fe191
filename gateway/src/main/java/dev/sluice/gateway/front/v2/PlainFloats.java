package dev.sluice.gateway.front.v2;

import java.nio.ByteBuffer;

/**
 * The quick way through an array of FP32 numbers: reads elements for as long as they are plain.
 *
 * <p>A number is plain when it has no exponent, at most 18 digits, no white space around it and a comma behind it, and
 * when {@link FloatRounding} is sure of its value. That is nearly every number that clients send. At the first one that
 * is not, the cursor stands before it, and {@link JsonFloats} reads it with all due care.
 *
 * <p>Everything lives in local variables, and no call is made that is not inlined: nearly all the time of decoding a JSON
 * request is spent in this loop (BENCHMARKS.md, JSON codec: request against data alone).
 *
 * @thread stateless
 */
final class PlainFloats {

    /** No plain number with its comma is longer, so no index needs a check while so many bytes are left. */
    private static final int WINDOW = 40;

    private static final int MAX_DIGITS = 18;

    private PlainFloats() {}

    /**
     * Reads plain numbers and the commas behind them and appends their values to {@code memory}.
     *
     * @param most reads no more than that
     * @return how many were read
     */
    static int readRun(JsonCursor cursor, ByteBuffer memory, int most) {
        byte[] bytes = cursor.bytes;
        int last = cursor.end - WINDOW;
        int index = memory.position();
        int endIndex = index + most * Float.BYTES;
        int at = cursor.position;
        while (index < endIndex && at <= last) {
            boolean negative = bytes[at] == '-';
            int start = negative ? at + 1 : at;
            int first = bytes[start] - '0';
            long digits = first;
            int to = start + 1;
            while (first != 0 && isDigit(bytes[to]) && to - start < MAX_DIGITS) {
                digits = digits * 10 + (bytes[to++] - '0');
            }
            int behindPoint = to + 1;
            if (bytes[to] == '.') {
                to = behindPoint;
                while (to - start <= MAX_DIGITS - Long.BYTES && EightDigits.areDigits(EightDigits.load(bytes, to))) {
                    digits = digits * 100_000_000 + EightDigits.value(EightDigits.load(bytes, to));
                    to += Long.BYTES;
                }
                while (isDigit(bytes[to]) && to - start <= MAX_DIGITS) {
                    digits = digits * 10 + (bytes[to++] - '0');
                }
            }
            boolean plain = isDigit(bytes[start]) && bytes[to] == ',' && bytes[to - 1] != '.';
            float value = plain ? FloatRounding.ofDecimal(digits, Math.max(0, to - behindPoint)) : Float.NaN;
            if (Float.isNaN(value)) {
                break;
            }
            memory.putFloat(index, negative ? -value : value);
            index += Float.BYTES;
            at = to + 1;
        }
        int found = (index - memory.position()) / Float.BYTES;
        memory.position(index);
        cursor.position = at;
        return found;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
