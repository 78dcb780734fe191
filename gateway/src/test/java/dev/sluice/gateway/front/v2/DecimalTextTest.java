package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Integers as Java writes them, and decimals in both forms. */
class DecimalTextTest {

    private static final long SEED = 10;
    private static final int OFFSET = 2;

    private final byte[] target = new byte[64];

    private String text(int end) {
        return new String(target, OFFSET, end - OFFSET, StandardCharsets.US_ASCII);
    }

    private void isWritten(long value) {
        assertEquals(Long.toString(value), text(DecimalText.writeInteger(value, target, OFFSET)));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                9,
                10,
                99,
                100,
                101,
                -128,
                255,
                65535,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                2147483648L,
                4294967295L,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE + 1
            })
    void integersAreWrittenAsJavaWritesThem(long value) {
        isWritten(value);
    }

    @Test
    void integersNextToPowersOfTenAreWrittenAsJavaWritesThem() {
        for (long power = 1; power > 0 && power <= Long.MAX_VALUE / 10; power *= 10) {
            for (long value = power * 10 - 2; value <= power * 10 + 2; value++) {
                isWritten(value);
                isWritten(-value);
            }
        }
    }

    @Test
    void randomIntegersAreWrittenAsJavaWritesThem() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            isWritten(random.nextLong() >> random.nextInt(64));
        }
    }

    @Test
    void nothingIsWrittenBeforeOrFarBehind() {
        target[OFFSET - 1] = '<';
        target[OFFSET + DecimalText.MAX_INTEGER_BYTES] = '>';
        DecimalText.writeInteger(Long.MIN_VALUE, target, OFFSET);
        assertEquals('<', target[OFFSET - 1]);
        assertEquals('>', target[OFFSET + DecimalText.MAX_INTEGER_BYTES]);
    }

    /** The last digit goes apart. */
    private String text(long digits, int exponent) {
        return text(DecimalText.write(digits / 10, digits % 10, exponent, target, OFFSET));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0.0",
        "7, 0, 7.0",
        "70, 0, 70.0",
        "1, 6, 1000000.0",
        "1, 7, 1.0E7",
        "10, 6, 1.0E7",
        "9999999, 0, 9999999.0",
        "99999999, -1, 9999999.9",
        "1, -3, 0.001",
        "1, -4, 1.0E-4",
        "1000, -7, 1.0E-4",
        "12, -4, 0.0012",
        "12, -5, 1.2E-4",
        "5, -324, 5.0E-324",
        "17976931348623157, 292, 1.7976931348623157E308",
        "123456, -3, 123.456",
        "12345600000, -8, 123.456",
        "10000000000000000, -16, 1.0"
    })
    void decimalsArePlainOrScientificByTheirSize(long digits, int exponent, String expected) {
        assertEquals(expected, text(digits, exponent));
    }

    @Test
    void everyDecimalHasTheValueThatItWasGiven() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            long digits = (random.nextLong() >>> 1 >>> random.nextInt(63)) % 100_000_000_000_000_000L;
            int exponent = random.nextInt(40) - 25;
            String text = text(digits, exponent);
            BigDecimal expected = new BigDecimal(BigInteger.valueOf(digits), -exponent);
            assertEquals(0, expected.compareTo(new BigDecimal(text)), digits + "e" + exponent + " is " + text);
        }
    }
}
