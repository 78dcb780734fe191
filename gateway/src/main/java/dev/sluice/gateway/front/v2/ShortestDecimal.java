package dev.sluice.gateway.front.v2;

/**
 * The shortest decimal number that reads back to a given FP32 or FP64, written as ASCII.
 *
 * <p><b>Implementation note.</b> A float is {@code c * 2^q}; every number nearer to it than to its neighbours reads back
 * to it. Schubfach [1] picks the power of ten 10^k just fine enough that this interval holds one or two of its
 * multiples, and scales the interval's ends and middle by 10^-k, exactly enough for every comparison to be right. A
 * multiple of ten between the ends is shorter and wins, otherwise the whole number nearest to the middle does.
 *
 * <p>Which of them it is cannot be foreseen, and a branch that the processor guesses wrong costs as much as all the
 * multiplications. So ordinary numbers take none: at most one multiple of ten lies inside, hence it can only be the
 * last one not above the upper end; if it lies outside, it has the same tens as whoever wins, and the digit behind them
 * is masked out or not.
 *
 * <p>FP32 has a path of its own for all but zero, subnormals and powers of two, with half the digits of the power and
 * everything that depends on the exponent in tables. No number is rounded through the other type, and nothing is
 * allocated.
 *
 * <p>[1] R. Giulietti, The Schubfach way to render doubles, 2021.
 *
 * @thread stateless
 */
final class ShortestDecimal {

    /** As many bytes may be written to, although no number is longer than 24. */
    static final int ROOM = 1 + DecimalText.ROOM;

    private static final int FLOAT_FRACTION_BITS = Float.PRECISION - 1;
    private static final int DOUBLE_FRACTION_BITS = Double.PRECISION - 1;
    private static final int FLOAT_MIN_Q = Float.MIN_EXPONENT - FLOAT_FRACTION_BITS;
    private static final int DOUBLE_MIN_Q = Double.MIN_EXPONENT - DOUBLE_FRACTION_BITS;
    private static final int FLOAT_FRACTION = (1 << FLOAT_FRACTION_BITS) - 1;
    private static final long DOUBLE_FRACTION = (1L << DOUBLE_FRACTION_BITS) - 1;
    private static final int FLOAT_SPECIAL = 2 * Float.MAX_EXPONENT + 1;

    /** So many bits of a scaled FP32 stand behind its point. */
    private static final int FLOAT_SCALED_BITS = 33;

    /** Enough to tell a half from more and less, for the last one stands for all that were cut off. */
    private static final int SCALED_BITS = 2;

    private static final long STICKY = Long.MAX_VALUE;

    /** Puts c as far to the left as its 24 bits allow, and one more for the upper end. */
    private static final int FLOAT_LEFT = Long.SIZE - 2 - Float.PRECISION;

    private static final long FLOAT_HALF = 1L << (FLOAT_LEFT - 1);

    /** A tenth of 2^32, rounded up; the product is exact for what is divided by it, numbers below 2^29. */
    private static final long TENTH = 429_496_730;

    /** For each biased exponent k, and {@code 2^q / 10^k}, rounded up, with 59 bits behind its point. */
    private static final byte[] FLOAT_K = new byte[FLOAT_SPECIAL + 1];

    private static final long[] FLOAT_SCALE = new long[FLOAT_SPECIAL + 1];

    static {
        for (int biased = 1; biased < FLOAT_SPECIAL; biased++) {
            int q = FLOAT_MIN_Q + biased - 1;
            int k = PowersOfTen.log10OfPowerOf2(q);
            FLOAT_K[biased] = (byte) k;
            int surplus = 3 - q - PowersOfTen.log2OfPowerOf10(-k);
            FLOAT_SCALE[biased] = (PowersOfTen.high(-k) >>> surplus) + 1;
        }
    }

    private ShortestDecimal() {}

    /** Writes a finite float at that index and returns the index behind it. */
    static int write(float value, byte[] target, int at) {
        int bits = Float.floatToRawIntBits(value);
        int biased = (bits >>> FLOAT_FRACTION_BITS) & 0xFF;
        int fraction = bits & FLOAT_FRACTION;
        target[at] = '-';
        int to = at + (bits >>> 31);
        if (fraction == 0 || biased == 0) {
            int normal = Math.min(biased, 1);
            long c = fraction | ((long) normal << FLOAT_FRACTION_BITS);
            return write(c, FLOAT_MIN_Q + biased - normal, biased > 1, target, to);
        }
        long scale = FLOAT_SCALE[biased];
        long c = (long) (fraction | (FLOAT_FRACTION + 1)) << FLOAT_LEFT;
        int odd = bits & 1;
        long lower = Math.multiplyHigh(scale, c - FLOAT_HALF) + odd;
        long middle = Math.multiplyHigh(scale, c);
        long upper = Math.multiplyHigh(scale, c + FLOAT_HALF) - odd;
        int tens = (int) (((upper >>> FLOAT_SCALED_BITS) * TENTH) >>> 32);
        long scaledTens = (5L * tens) << (FLOAT_SCALED_BITS + 1);
        long digit = nearest(middle - scaledTens, FLOAT_SCALED_BITS) & ((scaledTens - lower) >> 63);
        return DecimalText.write(tens, digit, FLOAT_K[biased], target, to);
    }

    /** The same for a finite double. */
    static int write(double value, byte[] target, int at) {
        long bits = Double.doubleToRawLongBits(value);
        int biased = (int) (bits >>> DOUBLE_FRACTION_BITS) & 0x7FF;
        target[at] = '-';
        int to = at + (int) (bits >>> 63);
        long fraction = bits & DOUBLE_FRACTION;
        int normal = Math.min(biased, 1);
        long c = fraction | ((long) normal << DOUBLE_FRACTION_BITS);
        return write(c, DOUBLE_MIN_Q + biased - normal, fraction == 0 && biased > 1, target, to);
    }

    /** @param narrowBelow whether the next smaller float is only half as far as the next larger one */
    private static int write(long c, int q, boolean narrowBelow, byte[] target, int at) {
        int k = narrowBelow ? PowersOfTen.log10OfThreeQuartersOfPowerOf2(q) : PowersOfTen.log10OfPowerOf2(q);
        int h = q + PowersOfTen.log2OfPowerOf10(-k) + SCALED_BITS;
        long high = PowersOfTen.high(-k);
        long low = PowersOfTen.low(-k);
        long four = c << 2;
        long odd = c & 1;
        long lower = times(high, low, (four - (narrowBelow ? 1 : 2)) << h) + odd;
        long middle = times(high, low, four << h);
        long upper = times(high, low, (four + 2) << h) - odd;
        long tens = (upper >>> SCALED_BITS) / 10;
        long scaledTens = tens * (10L << SCALED_BITS);
        long nearest = nearest(middle - scaledTens, SCALED_BITS);
        // Below a power of two the nearest may lie outside, and then the next one does not.
        long inside = nearest - (((nearest << SCALED_BITS) + scaledTens - lower) >> 63);
        return DecimalText.write(tens, inside & ((scaledTens - lower) >> 63), k, target, at);
    }

    /** The nearest whole number, of two the even one. */
    private static long nearest(long scaled, int scaledBits) {
        return (scaled + (1L << (scaledBits - 1)) - 1 + ((scaled >>> scaledBits) & 1)) >>> scaledBits;
    }

    /** The upper bits of the product of a 126-bit power of ten and {@code factor}; the last stands for all others. */
    private static long times(long high, long low, long factor) {
        long carry = Math.multiplyHigh(low, factor);
        long bottom = high * factor;
        long top = Math.multiplyHigh(high, factor);
        long middle = (bottom >>> 1) + carry;
        return (top + (middle >>> 63)) | (((middle & STICKY) + STICKY) >>> 63);
    }
}
