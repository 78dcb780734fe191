package dev.sluice.gateway.front.v2;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import ch.randelshofer.fastdoubleparser.JavaFloatParser;

/**
 * Reads JSON numbers as FP32 and FP64, correctly rounded in all cases.
 *
 * <p><b>Implementation note.</b> Up to 18 significant digits are gathered in a {@code long}, any others are only
 * counted, and the value is first taken as {@code digits * 10^exponent} in {@code double} arithmetic.
 *
 * <p><i>FP64.</i> With all digits gathered in at most 53 bits and a power of ten that a double holds exactly (up to
 * 10^22), one multiplication or division rounds once, so it is right [1]. Everything else goes to the slow parser.
 *
 * <p><i>FP32.</i> Here the double is an estimate, and {@link FloatRounding} says whether that is good enough.
 *
 * <p><i>Garbage.</i> There is none but in the slow parsers: for an FP32 whose nearest double is a midpoint of two
 * floats, and for an FP64 of more than 18 digits that equals a double or a midpoint of two to that many. It is 100 to
 * 450 bytes for each beside a copy of its text, some 20 times the text at most.
 *
 * <p>[1] W. Clinger, How to read floating point numbers accurately, 1990.
 *
 * @thread confined to its cursor's caller
 * @errors {@link BadJson} for what is not a JSON number, and for one that is too large for the type
 */
final class JsonFloats {

    /** A {@code long} holds any number of 18 digits. */
    private static final int MAX_DIGITS = 18;

    private static final long MAX_EXACT_DIGITS = 1L << 53;
    private static final int MAX_EXACT_POWER = 22;

    /** Small enough to add to, and more than the zeros of any body can undo. */
    private static final int MAX_EXPONENT = 1 << 30;

    /** 10^0 to 10^22: all powers of ten that a double holds exactly. */
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private final JsonCursor cursor;
    private boolean negative;
    private long digits;
    private int exponent;
    private boolean allDigitsGathered;
    private int numberEnd;

    JsonFloats(JsonCursor cursor) {
        this.cursor = cursor;
    }

    float readFloat() {
        if (!scan()) {
            return (float) NonFinite.read(cursor);
        }
        float value = digits == 0 && allDigitsGathered ? 0f : nonZeroFloat();
        cursor.position = numberEnd;
        return negative ? -value : value;
    }

    double readDouble() {
        if (!scan()) {
            return NonFinite.read(cursor);
        }
        double value;
        if (isExact() || (allDigitsGathered && exponent == 0)) {
            value = scale((double) digits, exponent);
        } else {
            value = Math.abs(JavaDoubleParser.parseDouble(cursor.bytes, cursor.position, numberEnd - cursor.position));
            refuseInfinity(value, "FP64");
        }
        cursor.position = numberEnd;
        return negative ? -value : value;
    }

    private float nonZeroFloat() {
        float value = Math.abs(exponent) <= 2 * MAX_EXACT_POWER ? FloatRounding.ofEstimate(estimate()) : Float.NaN;
        if (Float.isNaN(value) && isUnrounded()) {
            value = (float) scale((double) digits, exponent);
        } else if (Float.isNaN(value)) {
            value = slowFloat();
            refuseInfinity(value, "FP32");
        }
        return value;
    }

    /**
     * By way of the nearest double, which rounds to the same float unless it is a midpoint of two: then the number may
     * lie on either side of it, and a slower parser, which makes garbage, has to look.
     */
    private float slowFloat() {
        int length = numberEnd - cursor.position;
        double nearest = Math.abs(JavaDoubleParser.parseDouble(cursor.bytes, cursor.position, length));
        return FloatRounding.isMidpoint(nearest)
                ? Math.abs(JavaFloatParser.parseFloat(cursor.bytes, cursor.position, length))
                : (float) nearest;
    }

    /** Whether one operation of exact numbers makes the value. */
    private boolean isExact() {
        return allDigitsGathered && digits <= MAX_EXACT_DIGITS && Math.abs(exponent) <= MAX_EXACT_POWER;
    }

    /**
     * Whether the double is the very number, with nothing rounded: then it may lie half way between two floats, where an
     * estimate proves nothing and the slow parser makes garbage.
     */
    private boolean isUnrounded() {
        if (!isExact()) {
            return false;
        }
        double value = scale((double) digits, exponent);
        return exponent < 0
                ? Math.fma(value, POWERS[-exponent], -(double) digits) == 0
                : Math.fma((double) digits, POWERS[exponent], -value) == 0;
    }

    private double estimate() {
        if (exponent < -MAX_EXACT_POWER) {
            return scale(scale((double) digits, -MAX_EXACT_POWER), exponent + MAX_EXACT_POWER);
        }
        if (exponent > MAX_EXACT_POWER) {
            return scale(scale((double) digits, MAX_EXACT_POWER), exponent - MAX_EXACT_POWER);
        }
        return scale((double) digits, exponent);
    }

    private static double scale(double value, int power) {
        return power < 0 ? value / POWERS[-power] : value * POWERS[power];
    }

    private void refuseInfinity(double value, String type) {
        if (Double.isInfinite(value)) {
            throw new BadJson(JsonNumbers.text(cursor, numberEnd) + " is too large for " + type);
        }
    }

    /** Reads the number that stands here into the fields; the cursor stays. False where NaN or an infinity stands. */
    private boolean scan() {
        cursor.peek();
        byte[] bytes = cursor.bytes;
        int end = cursor.end;
        int at = cursor.position;
        negative = at < end && bytes[at] == '-';
        at += negative ? 1 : 0;
        int start = at;
        long gathered = 0;
        while (at < end && isDigit(bytes[at])) {
            gathered = gathered * 10 + (bytes[at++] - '0');
        }
        int integerDigits = at - start;
        int fraction = at;
        if (at < end && bytes[at] == '.') {
            fraction = ++at;
            while (at + Long.BYTES <= end && EightDigits.areDigits(EightDigits.load(bytes, at))) {
                gathered = gathered * 100_000_000 + EightDigits.value(EightDigits.load(bytes, at));
                at += Long.BYTES;
            }
            while (at < end && isDigit(bytes[at])) {
                gathered = gathered * 10 + (bytes[at++] - '0');
            }
        }
        digits = gathered;
        exponent = fraction - at;
        numberEnd = at;
        allDigitsGathered = integerDigits - exponent <= MAX_DIGITS;
        boolean oneLeadingDigit = integerDigits == 1 || (integerDigits > 1 && bytes[start] != '0');
        boolean plainEnd = bytes[Math.max(at - 1, 0)] != '.' && (at == end || (bytes[at] | 0x20) != 'e');
        if (!oneLeadingDigit || !plainEnd || !allDigitsGathered) {
            return scanCarefully(start);
        }
        return true;
    }

    /** The same for numbers with an exponent or many digits; refuses what is no number. */
    private boolean scanCarefully(int start) {
        if (NonFinite.isNext(cursor)) {
            return false;
        }
        numberEnd = JsonNumbers.endOf(cursor);
        byte[] bytes = cursor.bytes;
        long gathered = 0;
        int significant = 0;
        int scale = 0;
        boolean inFraction = false;
        int at = start;
        for (; at < numberEnd && (bytes[at] | 0x20) != 'e'; at++) {
            if (bytes[at] == '.') {
                inFraction = true;
            } else if (significant < MAX_DIGITS) {
                gathered = gathered * 10 + (bytes[at] - '0');
                significant += gathered == 0 ? 0 : 1;
                scale -= inFraction ? 1 : 0;
            } else {
                significant++;
                scale += inFraction ? 0 : 1;
            }
        }
        digits = gathered;
        exponent = scale + exponentFrom(at + 1);
        allDigitsGathered = significant <= MAX_DIGITS;
        return true;
    }

    private int exponentFrom(int from) {
        byte[] bytes = cursor.bytes;
        int at = from;
        boolean minus = at < numberEnd && bytes[at] == '-';
        int value = 0;
        for (at += at < numberEnd && !isDigit(bytes[at]) ? 1 : 0; at < numberEnd; at++) {
            value = (int) Math.min(value * 10L + (bytes[at] - '0'), MAX_EXPONENT);
        }
        return minus ? -value : value;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
