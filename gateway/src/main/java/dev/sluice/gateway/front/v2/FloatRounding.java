package dev.sluice.gateway.front.v2;

/**
 * Decides from a {@code double} that is nearly right which FP32 a decimal number is, or that it cannot tell.
 *
 * <p><b>Implementation note.</b> The estimate may be off by some of its own last places: half a place each for turning
 * the digits into a double, for a power of ten that no double holds exactly, for one or two operations, and less than
 * that for digits that were left out. Rounding the estimate to a float gives the right answer all the same, unless a
 * midpoint between two floats lies that near: rounding is monotonic, and only at a midpoint does it change. Then, and
 * when the result is subnormal or near overflow, the answer is NaN, "ask someone slower". That is about one random
 * number in 30 million.
 *
 * @thread stateless
 */
final class FloatRounding {

    /** Of the 52 fraction bits of a double a float keeps 23; the other 29 decide how it rounds. */
    private static final long ROUNDED_BITS = (1L << 29) - 1;

    private static final long MIDPOINT = 1L << 28;

    /** In last places of a double; twice what an estimate can be off. */
    private static final long MARGIN = 8;

    /** Below it floats are subnormal, and their midpoints lie elsewhere. */
    private static final double NEAR_SUBNORMAL = 2 * Float.MIN_NORMAL;

    /** Beyond it rounding could overflow. */
    private static final double NEAR_OVERFLOW = 3.4e38;

    /** Half way between the largest float and what would follow it. */
    private static final double LEAST_INFINITE = 0x1.ffffffp127;

    /** 10^-0 to 10^-18, each the nearest double. */
    private static final double[] TENTHS = {
        1e-0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16,
        1e-17, 1e-18
    };

    private FloatRounding() {}

    /** Whether two floats are equally near; of what is too large, the least that rounds to infinity is. */
    static boolean isMidpoint(double positive) {
        float one = (float) positive;
        float other = positive > one ? Math.nextUp(one) : Math.nextDown(one);
        return positive == LEAST_INFINITE || (positive != one && positive - one == other - positive);
    }

    /** The float nearest to {@code digits / 10^decimals}, or NaN; up to 18 of each. */
    static float ofDecimal(long digits, int decimals) {
        return digits == 0 ? 0f : ofEstimate((double) digits * TENTHS[decimals]);
    }

    /** The float nearest to the positive number that this is an estimate of, or NaN. */
    static float ofEstimate(double estimate) {
        long rounded = Double.doubleToRawLongBits(estimate) & ROUNDED_BITS;
        boolean sure = Math.abs(rounded - MIDPOINT) > MARGIN && estimate > NEAR_SUBNORMAL && estimate < NEAR_OVERFLOW;
        return sure ? (float) estimate : Float.NaN;
    }
}
