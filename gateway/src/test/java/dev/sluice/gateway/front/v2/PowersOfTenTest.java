package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;

/** The table and the three formulas against exact arithmetic, over every exponent that occurs. */
class PowersOfTenTest {

    /** Of the binary exponents of all finite doubles, those of their last bits. */
    private static final int MIN_Q = Double.MIN_EXPONENT - 52;

    private static final int MAX_Q = Double.MAX_EXPONENT - 52;

    /** 10^exponent or 2^exponent, exactly. */
    private static BigDecimal power(int base, int exponent) {
        BigDecimal power = BigDecimal.valueOf(base).pow(Math.abs(exponent));
        if (exponent >= 0) {
            return power;
        }
        return base == 10 ? BigDecimal.ONE.movePointLeft(-exponent) : new BigDecimal("0.5").pow(-exponent);
    }

    @Test
    void everyEntryIsThePowerTo126BitsRoundedUp() {
        for (int exponent = PowersOfTen.MIN; exponent <= PowersOfTen.MAX; exponent++) {
            long high = PowersOfTen.high(exponent);
            long low = PowersOfTen.low(exponent);
            BigInteger entry = BigInteger.valueOf(high).shiftLeft(63).add(BigInteger.valueOf(low));
            assertTrue(high >= 0 && low >= 0, "10^" + exponent + " has 63 bits in each half");
            assertEquals(126, entry.bitLength(), "10^" + exponent);
            BigDecimal scaled = power(10, exponent).multiply(power(2, 125 - floorLog2(power(10, exponent))));
            BigInteger floor = scaled.setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
            assertEquals(floor.add(BigInteger.ONE), entry, "10^" + exponent);
        }
    }

    @Test
    void theTableHoldsEveryExponentOfAFiniteDouble() {
        for (int q = MIN_Q; q <= MAX_Q; q++) {
            for (int k : new int[] {PowersOfTen.log10OfPowerOf2(q), PowersOfTen.log10OfThreeQuartersOfPowerOf2(q)}) {
                assertTrue(-k >= PowersOfTen.MIN && -k <= PowersOfTen.MAX, "q = " + q + ", k = " + k);
            }
        }
    }

    @Test
    void theLogarithmOfAPowerOfTwoIsExact() {
        for (int q = MIN_Q; q <= MAX_Q; q++) {
            assertEquals(floorLog10(power(2, q)), PowersOfTen.log10OfPowerOf2(q), "2^" + q);
        }
    }

    @Test
    void theLogarithmOfThreeQuartersOfAPowerOfTwoIsExact() {
        BigDecimal threeQuarters = new BigDecimal("0.75");
        for (int q = MIN_Q; q <= MAX_Q; q++) {
            BigDecimal value = power(2, q).multiply(threeQuarters);
            assertEquals(floorLog10(value), PowersOfTen.log10OfThreeQuartersOfPowerOf2(q), "3/4 2^" + q);
        }
    }

    @Test
    void theBinaryLogarithmOfAPowerOfTenIsExact() {
        for (int exponent = -PowersOfTen.MAX; exponent <= PowersOfTen.MAX; exponent++) {
            assertEquals(floorLog2(power(10, exponent)), PowersOfTen.log2OfPowerOf10(exponent), "10^" + exponent);
        }
    }

    private static int floorLog10(BigDecimal value) {
        return value.precision() - value.scale() - 1;
    }

    private static int floorLog2(BigDecimal value) {
        if (value.compareTo(BigDecimal.ONE) >= 0) {
            return value.toBigInteger().bitLength() - 1;
        }
        int bits = -floorLog10(value) * 4 + 4;
        return value.multiply(power(2, bits)).toBigInteger().bitLength() - 1 - bits;
    }
}
