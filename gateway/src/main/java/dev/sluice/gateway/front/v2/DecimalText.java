package dev.sluice.gateway.front.v2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Integers, and {@code digits * 10^exponent} as a JSON number that shows by its point or exponent that it is a float.
 *
 * <p><b>Implementation note.</b> How many digits a float has and where its point stands cannot be foreseen, so nothing
 * here branches on it. Eight digits at a time are written from the start, and once more one place further on from where
 * the point goes; what lies behind the end is written over by whatever comes next. {@link DecimalForm} says where.
 *
 * @thread stateless
 */
final class DecimalText {

    /** No 64-bit integer is longer. */
    static final int MAX_INTEGER_BYTES = 20;

    /** As many bytes may be written to for a float, although none is longer than 23. */
    static final int ROOM = 32;

    private static final long ZEROS = 0x3030303030303030L;

    /** The bits below the last byte of eight; a shift by as many and then by a byte more may be one by all of them. */
    private static final int LAST_BYTE = Long.SIZE - Byte.SIZE;

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

    /** Writes {@code (10 * tens + digit) * 10^exponent} at that index, of up to 16 digits and one. */
    static int write(long tens, long digit, int exponent, byte[] target, int at) {
        if (tens < 100_000_000) {
            return tens == 0 ? writeDigit(digit, exponent, target, at) : write((int) tens, digit, exponent, target, at);
        }
        int top = (int) (tens / 100_000_000);
        long first = EightDigits.of(top);
        long second = EightDigits.of((int) (tens - top * 100_000_000L));
        int gap = Long.numberOfTrailingZeros(first) & LAST_BYTE;
        long head = (first >>> gap) | (second << (LAST_BYTE - gap) << Byte.SIZE);
        long body = (second >>> gap) | (digit << (LAST_BYTE - gap) << Byte.SIZE);
        long last = digit >>> gap;
        long form = DecimalForm.of(exponent + 17 - gap / Byte.SIZE);
        int to = writeDigits(head, body, form, target, at);
        int place = at + DecimalForm.origin(form) + 16;
        target[place] = (byte) ('0' + last);
        return DecimalForm.writeSuffix(form, target, last == 0 ? to : place + 1);
    }

    /** The same for up to eight digits, not all of them zero, and one. */
    static int write(int tens, long digit, int exponent, byte[] target, int at) {
        long eight = EightDigits.of(tens);
        int gap = Long.numberOfTrailingZeros(eight) & LAST_BYTE;
        long head = (eight >>> gap) | (digit << (LAST_BYTE - gap) << Byte.SIZE);
        long form = DecimalForm.of(exponent + 9 - gap / Byte.SIZE);
        int to = writeDigits(head, digit >>> gap, form, target, at);
        return DecimalForm.writeSuffix(form, target, to);
    }

    private static int writeDigit(long digit, int exponent, byte[] target, int at) {
        if (digit == 0) {
            target[at] = '0';
            target[at + 1] = '.';
            target[at + 2] = '0';
            return at + 3;
        }
        return write((int) digit, 0, exponent - 1, target, at);
    }

    /** Up to 16 digits, the first not zero, and the point; returns the index behind the last digit that counts. */
    private static int writeDigits(long head, long body, long form, byte[] target, int at) {
        int origin = DecimalForm.origin(form);
        int before = DecimalForm.bitsBeforePoint(form);
        int from = at + origin;
        EightDigits.store((head << ((origin - 1) * 16)) | ZEROS, target, at);
        EightDigits.store((head >>> before) | ZEROS, target, from + before / Byte.SIZE);
        EightDigits.store(body | ZEROS, target, from + 8);
        target[at + DecimalForm.point(form)] = '.';
        int count = body == 0
                ? 8 - Long.numberOfLeadingZeros(head) / Byte.SIZE
                : 16 - Long.numberOfLeadingZeros(body) / Byte.SIZE;
        return from + Math.max(count, before / Byte.SIZE + 1);
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
