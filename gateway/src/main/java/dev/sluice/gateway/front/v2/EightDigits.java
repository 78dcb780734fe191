package dev.sluice.gateway.front.v2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight ASCII digits at a time, in the eight bytes of a {@code long}.
 *
 * @thread stateless
 * @source D. Lemire, Number parsing at a gigabyte per second, 2021
 */
final class EightDigits {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private EightDigits() {}

    static long load(byte[] bytes, int at) {
        return (long) EIGHT_BYTES.get(bytes, at);
    }

    static void store(long eight, byte[] bytes, int at) {
        EIGHT_BYTES.set(bytes, at, eight);
    }

    /** Whether all eight bytes are digits: the high halves are 3, and stay 3 when 6 is added to the low ones. */
    static boolean areDigits(long eight) {
        return ((eight & 0xF0F0F0F0F0F0F0F0L) | (((eight + 0x0606060606060606L) & 0xF0F0F0F0F0F0F0F0L) >>> 4))
                == 0x3333333333333333L;
    }

    /** Their value: neighbours are joined to four pairs, those to two quadruples, those to one number. */
    static long value(long eight) {
        long digits = eight - 0x3030303030303030L;
        long pairs = digits * 10 + (digits >>> 8);
        long first = (pairs & 0x000000FF000000FFL) * 0x000F424000000064L;
        long second = ((pairs >>> 16) & 0x000000FF000000FFL) * 0x0000271000000001L;
        return (first + second) >>> 32;
    }

    /**
     * The digits of a number below 10^8, the first in the lowest byte, and not yet ASCII: the way back from
     * {@link #value}, where a product with a shift divides each half, then each quarter, all of them at once.
     */
    static long of(int number) {
        long high = (number * 109_951_163L) >>> 40;
        long halves = ((long) number << 32) - high * ((10_000L << 32) - 1);
        long hundreds = ((halves * 5243) >>> 19) & 0x0000007F0000007FL;
        long quarters = (halves << 16) - hundreds * ((100 << 16) - 1);
        long tens = ((quarters * 103) >>> 10) & 0x000F000F000F000FL;
        return (quarters << 8) - tens * ((10 << 8) - 1);
    }
}
