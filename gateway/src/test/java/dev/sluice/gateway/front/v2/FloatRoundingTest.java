package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An answer is right, and where it could be wrong there is none. */
class FloatRoundingTest {

    private static final long SEED = 29;

    /** The digits of a {@code long} that any number may have. */
    private static final long MOST_DIGITS = 1_000_000_000_000_000_000L;

    @Test
    void everyAnswerIsTheNearestFloat() {
        Random random = new Random(SEED);
        for (int i = 0; i < 400_000; i++) {
            long digits = (random.nextLong() >>> 1 >>> random.nextInt(63)) % MOST_DIGITS;
            int decimals = random.nextInt(19);
            float value = FloatRounding.ofDecimal(digits, decimals);
            float expected = new BigDecimal(BigInteger.valueOf(digits), decimals).floatValue();
            assertTrue(Float.isNaN(value) || value == expected, digits + "e-" + decimals + " gives " + value);
        }
    }

    @Test
    void midpointsAndWhatLiesNearThemHaveNoAnswer() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            float low = (float) ((1 + random.nextDouble()) * Math.scalb(1.0, random.nextInt(200) - 100));
            double midpoint = ((double) low + Math.nextUp(low)) / 2;
            long bits = Double.doubleToRawLongBits(midpoint);
            for (long places = -4; places <= 4; places++) {
                double near = Double.longBitsToDouble(bits + places);
                assertTrue(Float.isNaN(FloatRounding.ofEstimate(near)), "a midpoint of " + low + " and " + places);
            }
            assertEquals(low, FloatRounding.ofEstimate(Double.longBitsToDouble(bits - 100)));
            assertEquals(Math.nextUp(low), FloatRounding.ofEstimate(Double.longBitsToDouble(bits + 100)));
        }
    }

    /** Of all sizes, subnormal ones too; the doubles beside a midpoint are none. */
    @Test
    void knowsMidpoints() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            float low = Float.intBitsToFloat(random.nextInt(Float.floatToRawIntBits(Float.MAX_VALUE)));
            double midpoint = ((double) low + Math.nextUp(low)) / 2;
            assertTrue(FloatRounding.isMidpoint(midpoint), "above " + low);
            assertFalse(FloatRounding.isMidpoint(Math.nextUp(midpoint)), "above " + low);
            assertFalse(FloatRounding.isMidpoint(Math.nextDown(midpoint)), "above " + low);
            assertFalse(FloatRounding.isMidpoint(low), "at " + low);
        }
        assertTrue(FloatRounding.isMidpoint(0x1p-150));
        assertTrue(FloatRounding.isMidpoint(0x1.ffffffp127));
        assertFalse(FloatRounding.isMidpoint(Math.nextUp(0x1.ffffffp127)));
        assertFalse(FloatRounding.isMidpoint(Double.POSITIVE_INFINITY));
    }

    @Test
    void decimalsOfMidpointsHaveNoAnswer() {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            // An odd number of 25 bits is half way between two floats.
            long midpoint = (1L << 24) | random.nextInt(1 << 24) | 1;
            assertTrue(Float.isNaN(FloatRounding.ofDecimal(midpoint, 0)), midpoint + "");
            assertTrue(Float.isNaN(FloatRounding.ofDecimal(midpoint * 1_000_000_000, 9)), midpoint + "");
            assertFalse(Float.isNaN(FloatRounding.ofDecimal(midpoint * 1000 + 1, 3)), midpoint + "");
        }
    }

    @Test
    void floatsThemselvesAreTheirOwnAnswer() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            float value = Math.abs(Float.intBitsToFloat(random.nextInt()));
            if (value > 2 * Float.MIN_NORMAL && value < 3.4e38f) {
                assertEquals(value, FloatRounding.ofEstimate(value));
            }
        }
    }

    @Test
    void subnormalNumbersAndThoseNearOverflowHaveNoAnswer() {
        double[] beyond = {
            0,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            1e-45,
            1e-300,
            Float.MAX_VALUE,
            3.4e38,
            3.5e38,
            1e300,
            Double.POSITIVE_INFINITY,
            Double.NaN
        };
        for (double each : beyond) {
            assertTrue(Float.isNaN(FloatRounding.ofEstimate(each)), each + "");
        }
    }

    @Test
    void zeroIsZeroWithAnyNumberOfDecimals() {
        for (int decimals = 0; decimals <= 18; decimals++) {
            assertEquals(0, Float.floatToRawIntBits(FloatRounding.ofDecimal(0, decimals)));
        }
    }
}
