package dev.sluice.gateway.front.v2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes {@code digits * 10^exponent} as a JSON number that shows by its point or exponent that it is a float.
 *
 * @thread stateless
 */
final class DecimalText {

    /** Below 0.001 and from 10^7 on the exponent is written, as Java does, for that is shorter. */
    private static final int MAX_PLAIN_POINT = 7;

    private static final int MIN_PLAIN_POINT = -2;

    private static final VarHandle PAIRS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** The two digits of each number below 100, the first in the lower byte. */
    private static final short[] PAIR = new short[100];

    static {
        for (int i = 0; i < PAIR.length; i++) {
            PAIR[i] = (short) (('0' + i / 10) | (('0' + i % 10) << 8));
        }
    }

    /** 10^0 to 10^18. */
    private static final long[] POWER = new long[19];

    static {
        POWER[0] = 1;
        for (int i = 1; i < POWER.length; i++) {
            POWER[i] = 10 * POWER[i - 1];
        }
    }

    /** No 64-bit integer is longer. */
    static final int MAX_INTEGER_BYTES = 20;

    private DecimalText() {}

    /** Writes an integer at that index and returns the index behind it. */
    static int writeInteger(long value, byte[] target, int at) {
        if (value == Long.MIN_VALUE) {
            // The only one whose magnitude is no long.
            int to = writeInteger(value / 10, target, at);
            target[to] = '8';
            return to + 1;
        }
        int to = at;
        if (value < 0) {
            target[to++] = '-';
        }
        long magnitude = Math.abs(value);
        int count = countDigits(magnitude);
        writeDigits(magnitude, count, target, to);
        return to + count;
    }

    /** Writes at that index and returns the index behind it; {@code digits} is not negative. */
    static int write(long digits, int exponent, byte[] target, int at) {
        long significant = digits;
        int scale = exponent;
        while (significant >= 10) {
            long tenth = significant / 10;
            if (tenth * 10 != significant) {
                break;
            }
            significant = tenth;
            scale++;
        }
        int count = countDigits(significant);
        int point = count + scale;
        if (point > MAX_PLAIN_POINT || point < MIN_PLAIN_POINT) {
            return writeScientific(significant, count, point - 1, target, at);
        }
        if (point <= 0) {
            return writeBelowOne(significant, count, point, target, at);
        }
        return writePlain(significant, count, point, target, at);
    }

    private static int writePlain(long digits, int count, int point, byte[] target, int at) {
        if (count > point) {
            writeDigits(digits, count, target, at + 1);
            System.arraycopy(target, at + 1, target, at, point);
            target[at + point] = '.';
            return at + count + 1;
        }
        writeDigits(digits, count, target, at);
        int to = zeros(point - count, target, at + count);
        target[to] = '.';
        target[to + 1] = '0';
        return to + 2;
    }

    private static int writeBelowOne(long digits, int count, int point, byte[] target, int at) {
        target[at] = '0';
        target[at + 1] = '.';
        int to = zeros(-point, target, at + 2);
        writeDigits(digits, count, target, to);
        return to + count;
    }

    private static int writeScientific(long digits, int count, int exponent, byte[] target, int at) {
        int to = writePlain(digits, count, 1, target, at);
        target[to++] = 'E';
        if (exponent < 0) {
            target[to++] = '-';
        }
        int magnitude = Math.abs(exponent);
        int length = countDigits(magnitude);
        writeDigits(magnitude, length, target, to);
        return to + length;
    }

    private static int zeros(int count, byte[] target, int at) {
        for (int i = 0; i < count; i++) {
            target[at + i] = '0';
        }
        return at + count;
    }

    /** From the back, two digits for each division, which is what the time goes to; most numbers fit an int. */
    private static void writeDigits(long digits, int count, byte[] target, int at) {
        long rest = digits;
        int place = at + count;
        while (rest > Integer.MAX_VALUE) {
            long hundredth = rest / 100;
            place -= 2;
            PAIRS.set(target, place, PAIR[(int) (rest - hundredth * 100)]);
            rest = hundredth;
        }
        int small = (int) rest;
        while (small >= 10) {
            int hundredth = small / 100;
            place -= 2;
            PAIRS.set(target, place, PAIR[small - hundredth * 100]);
            small = hundredth;
        }
        if (place > at) {
            target[at] = (byte) ('0' + small);
        }
    }

    /** A bit is 0.301 digits, which is right or one too few, and the table tells which. */
    private static int countDigits(long number) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(number | 1);
        int least = (bits * 1233) >> 12;
        return number >= POWER[least] ? least + 1 : Math.max(1, least);
    }
}
