package dev.sluice.gateway.front.v2;

import java.math.BigInteger;

/**
 * Powers of ten to 126 bits, rounded up, and the logarithms that go with them.
 *
 * @thread stateless; the table is computed once, when the class is loaded
 * @source R. Giulietti, The Schubfach way to render doubles, 2021, sections 9.8 and 9.9
 */
final class PowersOfTen {

    /** The exponents that occur for any finite double. */
    static final int MIN = -292;

    static final int MAX = 324;

    private static final int BITS = 126;
    private static final int HALF_BITS = 63;
    private static final BigInteger HALF = BigInteger.ONE.shiftLeft(HALF_BITS).subtract(BigInteger.ONE);

    private static final long[] HIGH = new long[MAX - MIN + 1];
    private static final long[] LOW = new long[MAX - MIN + 1];

    static {
        for (int exponent = MIN; exponent <= MAX; exponent++) {
            BigInteger power = scaled(exponent).add(BigInteger.ONE);
            HIGH[exponent - MIN] = power.shiftRight(HALF_BITS).longValueExact();
            LOW[exponent - MIN] = power.and(HALF).longValueExact();
        }
    }

    private PowersOfTen() {}

    /** The upper 63 of the 126 bits of 10^exponent. */
    static long high(int exponent) {
        return HIGH[exponent - MIN];
    }

    /** The lower 63. */
    static long low(int exponent) {
        return LOW[exponent - MIN];
    }

    /** floor(log10(2^exponent)), for any exponent that occurs; log10(2) to 41 bits is enough for that. */
    static int log10OfPowerOf2(int exponent) {
        return (int) ((exponent * 661_971_961_083L) >> 41);
    }

    /** floor(log10(3/4 * 2^exponent)). */
    static int log10OfThreeQuartersOfPowerOf2(int exponent) {
        return (int) ((exponent * 661_971_961_083L - 274_743_187_321L) >> 41);
    }

    /** floor(log2(10^exponent)). */
    static int log2OfPowerOf10(int exponent) {
        return (int) ((exponent * 913_124_641_741L) >> 38);
    }

    /** 10^exponent, shifted so that it has 126 bits before the point, and cut there. */
    private static BigInteger scaled(int exponent) {
        int shift = BITS - 1 - log2OfPowerOf10(exponent);
        BigInteger power = BigInteger.TEN.pow(Math.abs(exponent));
        if (exponent < 0) {
            return BigInteger.ONE.shiftLeft(shift).divide(power);
        }
        return shift < 0 ? power.shiftRight(-shift) : power.shiftLeft(shift);
    }
}
