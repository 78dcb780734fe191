package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Integers of every range: the boundaries, one beyond them, and forms that are no integers. */
class JsonIntegersTest {

    private static final long SEED = 64;

    private static long read(String text, long min, long max) {
        return Texts.read(text, cursor -> JsonIntegers.read(cursor, min, max));
    }

    private static long readUnsigned(String text) {
        return Texts.read(text, JsonIntegers::readUnsigned);
    }

    private static String rangeError(String text, String min, String max) {
        return text + " is outside the range " + min + " to " + max;
    }

    @ParameterizedTest
    @CsvSource({
        "-128, 127",
        "0, 255",
        "-32768, 32767",
        "0, 65535",
        "-2147483648, 2147483647",
        "0, 4294967295",
        "-9223372036854775808, 9223372036854775807",
        "0, 9223372036854775807",
        "1, 31536000000000",
        "100000000000000000, 999999999999999999",
        "-999999999999999999, -1000000000000000000"
    })
    void takesARangeAndNothingBeyond(long min, long max) {
        long low = Math.min(min, max);
        long high = Math.max(min, max);
        for (long value : new long[] {low, high}) {
            String text = Long.toString(value);
            assertEquals(value, read(text, low, high));
        }
        BigInteger below = BigInteger.valueOf(low).subtract(BigInteger.ONE);
        BigInteger above = BigInteger.valueOf(high).add(BigInteger.ONE);
        for (BigInteger beyond : new BigInteger[] {below, above, above.multiply(BigInteger.TEN.pow(30))}) {
            assertEquals(
                    rangeError(beyond.toString(), Long.toString(low), Long.toString(high)),
                    Texts.refusal(beyond.toString(), cursor -> JsonIntegers.read(cursor, low, high)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "1, 1",
        "9223372036854775807, 9223372036854775807",
        "9223372036854775808, -9223372036854775808",
        "9999999999999999999, -8446744073709551617",
        "10000000000000000000, -8446744073709551616",
        "18446744073709551615, -1"
    })
    void readsUnsignedNumbersUpTo64Bits(String text, long bits) {
        assertEquals(bits, readUnsigned(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "18446744073709551616", "18446744073709551625", "20000000000000000000", "99999999999999999999",
                "184467440737095516150", "-1", "-18446744073709551615", "-10"
            })
    void refusesUnsignedNumbersBeyond64Bits(String text) {
        assertEquals(rangeError(text, "0", "18446744073709551615"), Texts.refusal(text, JsonIntegers::readUnsigned));
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, expected an integer and found 1.0",
        "1e3, expected an integer and found 1e3",
        "1E3, expected an integer and found 1E3",
        "-1.5e-7, expected an integer and found -1.5e-7",
        "12345678901234567890.5, expected an integer and found 12345678901234567890.5",
        "01, a number has no leading zeros: 01",
        "-01, a number has no leading zeros: -01",
        "00, a number has no leading zeros: 00",
        "00000000000000000000001, a number has no leading zeros: 00000000000000000000001",
        "1., a digit is missing after 1.",
        "1e, a digit is missing after 1e",
        "-, expected a number and found - at byte 1",
        "+1, expected an integer and found +1",
        "true, expected an integer and found true",
        "'\"1\"', 'expected an integer and found \"1\"'",
        "'', 'expected an integer and found '",
        "1_0, 'unexpected text after the end of the JSON value, at byte 2'",
        "0x10, 'unexpected text after the end of the JSON value, at byte 2'",
        "1L, 'unexpected text after the end of the JSON value, at byte 2'"
    })
    void saysWhatIsNoInteger(String text, String reason) {
        assertEquals(reason, Texts.refusal(text, cursor -> JsonIntegers.read(cursor, Long.MIN_VALUE, Long.MAX_VALUE)));
        assertEquals(reason, Texts.refusal(text, JsonIntegers::readUnsigned));
    }

    private static long readCell(String text, Function<JsonCursor, Long> reader) {
        byte[] cell = text.getBytes(StandardCharsets.US_ASCII);
        JsonCursor cursor = JsonCursor.ofCells(cell, 0, cell.length);
        long value = reader.apply(cursor);
        cursor.readEnd();
        return value;
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "-7.000, -7",
        "1e3, 1000",
        "1.5e1, 15",
        "1200e-2, 12",
        "0.0, 0",
        "-0.0, 0",
        "0e-999999999, 0",
        "0e999999999, 0",
        "0e99999999999, 0",
        "-0e-99999999999, 0",
        "1e18, 1000000000000000000",
        "1E+18, 1000000000000000000",
        "0.000000000000000000000009e24, 9",
        "12345.67800e3, 12345678",
        "9007199254740993.0, 9007199254740993",
        "9.223372036854775807e18, 9223372036854775807",
        "92233720368547758070000e-4, 9223372036854775807",
        "-9223372036854775808e0, -9223372036854775808",
        "9223372036854775807.0, 9223372036854775807",
        "-9223372036854775808.0, -9223372036854775808"
    })
    void aWholeNumberInACellIsAnIntegerHoweverItIsWritten(String text, long expected) {
        assertEquals(expected, readCell(text, cursor -> JsonIntegers.read(cursor, Long.MIN_VALUE, Long.MAX_VALUE)));
        if (expected >= 0) {
            assertEquals(expected, readCell(text, JsonIntegers::readUnsigned));
        }
    }

    @Test
    void theLargestUnsignedOneInACellToo() {
        assertEquals(-1, readCell("18446744073709551615.0", JsonIntegers::readUnsigned));
        assertEquals(-1, readCell("1844674407370955161.50e1", JsonIntegers::readUnsigned));
    }

    @Test
    void oneThatFillsAllThatANumberMayIsReadToItsEnd() {
        String zeros = "0".repeat(JsonNumbers.MAX_LENGTH - 2);
        assertEquals(1, readCell("1." + zeros, cursor -> JsonIntegers.read(cursor, 0, 9)));
        String last = "1." + zeros.substring(1) + "1";
        assertEquals("expected an integer and found " + last, refusal(last, 0, 9));
        String far = "0." + zeros.substring(6) + "1e4089";
        assertEquals(JsonNumbers.MAX_LENGTH, far.length());
        assertEquals(1, readCell(far, JsonIntegers::readUnsigned), "which moves the point behind all of them");
        String beyond = "18446744073709551616." + zeros.substring(19);
        assertEquals(
                rangeError(beyond, "-9223372036854775808", "9223372036854775807"),
                refusal(beyond, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** What {@link BigDecimal} says of the same text. */
    @Test
    void readsACellAsAnExactDecimalDoes() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            BigInteger digits = new BigInteger(random.nextInt(66), random);
            int zeros = random.nextInt(4);
            BigDecimal number = new BigDecimal(digits.multiply(BigInteger.TEN.pow(zeros)), random.nextInt(8) - 3);
            String text = (random.nextBoolean() ? "-" : "") + (random.nextBoolean() ? number : number.toPlainString());
            assertEquals(expected(text), cell(text), "seed " + SEED + ", cell " + i + ": " + text);
        }
    }

    private static String expected(String text) {
        try {
            return Long.toString(new BigDecimal(text).longValueExact());
        } catch (ArithmeticException none) {
            return "refused";
        }
    }

    private static String cell(String text) {
        try {
            return Long.toString(readCell(text, cursor -> JsonIntegers.read(cursor, Long.MIN_VALUE, Long.MAX_VALUE)));
        } catch (BadJson refused) {
            return "refused";
        }
    }

    private static String refusal(String text, long min, long max) {
        return assertThrows(BadJson.class, () -> readCell(text, cursor -> JsonIntegers.read(cursor, min, max)))
                .reason();
    }

    @ParameterizedTest
    @CsvSource({
        "1.5, expected an integer and found 1.5",
        "1e-1, expected an integer and found 1e-1",
        "1e-999999999, expected an integer and found 1e-999999999",
        "1e99999999999, 1e99999999999 is outside the range -128 to 127",
        "1e400, 1e400 is outside the range -128 to 127",
        "1e-99999999999, expected an integer and found 1e-99999999999",
        "18446744073709551616.5, expected an integer and found 18446744073709551616.5",
        "128.0, 128.0 is outside the range -128 to 127",
        "-129.0, -129.0 is outside the range -128 to 127",
        "1e21, 1e21 is outside the range -128 to 127",
        "1e2147483647, 1e2147483647 is outside the range -128 to 127"
    })
    void oneThatIsNotWholeOrTooLargeIsRefusedInACell(String text, String reason) {
        assertEquals(reason, refusal(text, Byte.MIN_VALUE, Byte.MAX_VALUE));
    }

    @Test
    void readsMinusZero() {
        assertEquals(0L, read("-0", 0, 255));
        assertEquals(0L, read(" -0 ", -1, 1));
    }

    @Test
    void readsWhateverALongHolds() {
        Random random = new Random(SEED);
        for (int i = 0; i < 300_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            String signed = Long.toString(value);
            String unsigned = Long.toUnsignedString(value);
            String message = "seed " + SEED + ", number " + i + ": " + signed;
            assertEquals(value, read(signed, Long.MIN_VALUE, Long.MAX_VALUE), message);
            assertEquals(value, readUnsigned(unsigned), message);
        }
    }
}
