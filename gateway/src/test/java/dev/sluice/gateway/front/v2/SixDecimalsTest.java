package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Six decimals are those of the exact value. */
class SixDecimalsTest {

    private static String text(double value) {
        byte[] target = new byte[SixDecimals.ROOM + 1];
        int end = SixDecimals.write(value, target, 1);
        return new String(target, 1, end - 1, StandardCharsets.US_ASCII);
    }

    /** What the JDK's exact decimals make of it, with the sign that they lose on zero. */
    private static String exact(double value) {
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return sign
                + new BigDecimal(Math.abs(value))
                        .setScale(6, RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.000000",
        "-0.0, -0.000000",
        "1, 1.000000",
        "0.1, 0.100000",
        "-1e-9, -0.000000",
        "5e-7, 0.000000",
        "0.9999994999, 0.999999",
        "0.99999951, 1.000000",
        "9.9999999, 10.000000",
        "0.0000152587890625, 0.000015",
        "9223372036854775807, 9223372036854775808.000000",
        "4.9e-324, 0.000000",
        "NaN, NaN",
        "-Infinity, -Infinity"
    })
    void writes(double value, String text) {
        assertEquals(text, text(value));
    }

    /** 0.5 to the seventh is 0.0078125, whose seventh decimal is a five with nothing behind it. */
    @Test
    void halfWayGoesToTheEvenDigit() {
        for (int i = 0; i < 128; i++) {
            assertEquals(exact(i / 128.0), text(i / 128.0));
        }
        assertEquals("0.007812", text(1 / 128.0));
        assertEquals("0.023438", text(3 / 128.0));
    }

    @Test
    void isExactForAnyNumber() {
        Random random = new Random(6);
        for (int i = 0; i < 200_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double near = (random.nextInt(2_000_000) + 0.5) / 1e6;
            for (double value :
                    new double[] {any, random.nextGaussian() * 1e4, (float) near, near, Math.nextUp(near)}) {
                if (Double.isFinite(value)) {
                    assertEquals(exact(value), text(value));
                }
            }
        }
        assertEquals(exact(Double.MAX_VALUE), text(Double.MAX_VALUE));
        assertEquals(exact(-Double.MAX_VALUE), text(-Double.MAX_VALUE));
    }
}
