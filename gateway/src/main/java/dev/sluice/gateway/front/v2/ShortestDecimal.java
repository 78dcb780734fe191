package dev.sluice.gateway.front.v2;

/**
 * The shortest decimal number that reads back to a given FP32 or FP64, written as ASCII.
 *
 * <p><b>Implementation note.</b> A float is {@code c * 2^q}; every number nearer to it than to its neighbours reads back
 * to it. Schubfach [1] picks the power of ten 10^k just fine enough that this interval holds one or two of its
 * multiples, multiplies the interval's ends and middle by 10^-k to 128 bits (the last bit is sticky, so comparisons are
 * exact), and looks: a multiple of ten times 10^k is shorter and wins if it lies inside, otherwise the nearer of the two
 * neighbours does. FP32 needs only 64 of the 128 bits, a third of the multiplications.
 *
 * <p>No number is rounded through the other type, and nothing is allocated.
 *
 * <p>[1] R. Giulietti, The Schubfach way to render doubles, 2021.
 *
 * @thread stateless
 */
final class ShortestDecimal {

    /** No number written here is longer. */
    static final int MAX_BYTES = 26;

    private static final int FLOAT_FRACTION_BITS = Float.PRECISION - 1;
    private static final int DOUBLE_FRACTION_BITS = Double.PRECISION - 1;
    private static final int FLOAT_MIN_Q = Float.MIN_EXPONENT - FLOAT_FRACTION_BITS;
    private static final int DOUBLE_MIN_Q = Double.MIN_EXPONENT - DOUBLE_FRACTION_BITS;
    private static final long STICKY = Long.MAX_VALUE;

    /** So many more bits stay below the last one when a product of 63 bits is taken for an FP32. */
    private static final int FLOAT_SHIFT = 31;

    private static final long FLOAT_STICKY = (1L << FLOAT_SHIFT) - 1;

    private ShortestDecimal() {}

    /** Writes a finite float at that index and returns the index behind it. */
    static int write(float value, byte[] target, int at) {
        int bits = Float.floatToRawIntBits(value);
        int to = sign(bits < 0, target, at);
        int biased = (bits >>> FLOAT_FRACTION_BITS) & 0xFF;
        long fraction = bits & ((1 << FLOAT_FRACTION_BITS) - 1);
        int q = FLOAT_MIN_Q + Math.max(0, biased - 1);
        long c = biased == 0 ? fraction : fraction | (1 << FLOAT_FRACTION_BITS);
        if (isWhole(c, q)) {
            return DecimalText.write(c >> -q, 0, target, to);
        }
        boolean narrowBelow = fraction == 0 && biased > 1;
        int k = decimalExponent(q, narrowBelow);
        return DecimalText.write(shortestFloat(c, q, k, narrowBelow), k, target, to);
    }

    /** Writes a finite double at that index and returns the index behind it. */
    static int write(double value, byte[] target, int at) {
        long bits = Double.doubleToRawLongBits(value);
        int to = sign(bits < 0, target, at);
        int biased = (int) (bits >>> DOUBLE_FRACTION_BITS) & 0x7FF;
        long fraction = bits & ((1L << DOUBLE_FRACTION_BITS) - 1);
        int q = DOUBLE_MIN_Q + Math.max(0, biased - 1);
        long c = biased == 0 ? fraction : fraction | (1L << DOUBLE_FRACTION_BITS);
        if (isWhole(c, q)) {
            return DecimalText.write(c >> -q, 0, target, to);
        }
        boolean narrowBelow = fraction == 0 && biased > 1;
        int k = decimalExponent(q, narrowBelow);
        return DecimalText.write(shortestDouble(c, q, k, narrowBelow), k, target, to);
    }

    private static int sign(boolean negative, byte[] target, int at) {
        if (negative) {
            target[at] = '-';
            return at + 1;
        }
        return at;
    }

    /** Whether {@code c * 2^q} is an integer of so few bits that all its digits count. */
    private static boolean isWhole(long c, int q) {
        return c == 0 || (q <= 0 && q > -Double.PRECISION && (c >> -q) << -q == c);
    }

    /** @param narrowBelow whether the next smaller float is only half as far as the next larger one */
    private static int decimalExponent(int q, boolean narrowBelow) {
        return narrowBelow ? PowersOfTen.log10OfThreeQuartersOfPowerOf2(q) : PowersOfTen.log10OfPowerOf2(q);
    }

    /** The f of the shortest {@code f * 10^k}; it may end in zeros. Half the digits of the power are enough for FP32. */
    private static long shortestFloat(long c, int q, int k, boolean narrowBelow) {
        int h = q + PowersOfTen.log2OfPowerOf10(-k) + 2 + FLOAT_SHIFT;
        long power = PowersOfTen.high(-k) + 1;
        long odd = c & 1;
        long four = c << 2;
        long middle = times(power, four << h);
        long lower = times(power, (four - (narrowBelow ? 1 : 2)) << h) + odd;
        long upper = times(power, (four + 2) << h) - odd;
        return choose(lower, middle, upper);
    }

    /** The same for FP64, with all of them. */
    private static long shortestDouble(long c, int q, int k, boolean narrowBelow) {
        int h = q + PowersOfTen.log2OfPowerOf10(-k) + 2;
        long high = PowersOfTen.high(-k);
        long low = PowersOfTen.low(-k);
        long odd = c & 1;
        long four = c << 2;
        long middle = times(high, low, four << h);
        long lower = times(high, low, (four - (narrowBelow ? 1 : 2)) << h) + odd;
        long upper = times(high, low, (four + 2) << h) - odd;
        return choose(lower, middle, upper);
    }

    /** The multiple of four between the ends, that is best, divided by four. */
    private static long choose(long lower, long middle, long upper) {
        long below = middle >> 2;
        if (below >= 10) {
            long tensBelow = below / 10 * 10;
            boolean lowerTenFits = lower <= (tensBelow << 2);
            boolean upperTenFits = ((tensBelow + 10) << 2) <= upper;
            if (lowerTenFits != upperTenFits) {
                return lowerTenFits ? tensBelow : tensBelow + 10;
            }
        }
        boolean belowFits = lower <= (below << 2);
        boolean aboveFits = ((below + 1) << 2) <= upper;
        if (belowFits != aboveFits) {
            return belowFits ? below : below + 1;
        }
        long beyondHalf = middle - 2 * (2 * below + 1);
        boolean takeBelow = beyondHalf < 0 || (beyondHalf == 0 && (below & 1) == 0);
        return takeBelow ? below : below + 1;
    }

    /** The product of a 63-bit power of ten and {@code factor}, its upper bits, the last of which stands for all others. */
    private static long times(long power, long factor) {
        long top = Math.multiplyHigh(power, factor);
        return (top >>> FLOAT_SHIFT) | (((top & FLOAT_STICKY) + FLOAT_STICKY) >>> FLOAT_SHIFT);
    }

    /** The product of a 126-bit power of ten and {@code factor}, its upper bits, with a last bit that stands for all others. */
    private static long times(long high, long low, long factor) {
        long carry = Math.multiplyHigh(low, factor);
        long bottom = high * factor;
        long top = Math.multiplyHigh(high, factor);
        long middle = (bottom >>> 1) + carry;
        return (top + (middle >>> 63)) | (((middle & STICKY) + STICKY) >>> 63);
    }
}
