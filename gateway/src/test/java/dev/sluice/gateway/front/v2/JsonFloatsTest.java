package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FP32 and FP64 as the JDK reads them, bit for bit, and nothing that RFC 8259 does not call a number. */
class JsonFloatsTest {

    private static final long SEED = 20_251_120;

    private static float readFloat(String text) {
        return Texts.read(text, cursor -> new JsonFloats(cursor).readFloat());
    }

    private static double readDouble(String text) {
        return Texts.read(text, cursor -> new JsonFloats(cursor).readDouble());
    }

    private static void assertReadsAsTheJdkDoes(String text, Object source) {
        float expectedFloat = Float.parseFloat(text);
        JsonCursor cursor = Texts.cursor(text);
        if (Float.isInfinite(expectedFloat)) {
            assertThrows(BadJson.class, () -> new JsonFloats(Texts.cursor(text)).readFloat(), text);
        } else {
            float value = new JsonFloats(cursor).readFloat();
            if (Float.floatToRawIntBits(value) != Float.floatToRawIntBits(expectedFloat)
                    || cursor.position != cursor.end) {
                throw new AssertionError(
                        text + " is FP32 " + expectedFloat + " and was read as " + value + ": " + source);
            }
        }
        double expectedDouble = Double.parseDouble(text);
        JsonCursor again = Texts.cursor(text);
        if (Double.isInfinite(expectedDouble)) {
            assertThrows(BadJson.class, () -> new JsonFloats(Texts.cursor(text)).readDouble(), text);
        } else {
            double value = new JsonFloats(again).readDouble();
            if (Double.doubleToRawLongBits(value) != Double.doubleToRawLongBits(expectedDouble)
                    || again.position != again.end) {
                throw new AssertionError(
                        text + " is FP64 " + expectedDouble + " and was read as " + value + ": " + source);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatTheJdkReads(NumberTexts texts) {
        Random random = new Random(SEED);
        for (int i = 0; i < texts.count; i++) {
            assertReadsAsTheJdkDoes(texts.next(random), "seed " + SEED + ", number " + i + " of " + texts);
        }
    }

    @Test
    void theSampleIsAsLargeAsPromised() {
        assertTrue(Arrays.stream(NumberTexts.values())
                        .mapToInt(texts -> texts.count)
                        .sum()
                >= 2_000_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "0.0",
                "-0.0",
                "0e0",
                "-0e-0",
                "0e999999999",
                "0.000e-999999999",
                "1",
                "-1",
                "10",
                "1e22",
                "1e+22",
                "1E22",
                "1e23",
                "9007199254740993",
                "9007199254740992e1",
                "1e-22",
                "1e-23",
                "1E-400",
                "123e-400",
                "1e-999999999999",
                "0.000000000012345678901234567",
                "0.1",
                "0.3",
                "2.5e-1",
                "16777217",
                "16777219",
                "16777217.000000000000000000000001",
                "1.17549435e-38",
                "1.1754943e-38",
                "1.4e-45",
                "7.006492321624085e-46",
                "7.006492321624086e-46",
                "3.4028234663852886e38",
                "3.4028235e38",
                "3.4028235677973366e38",
                "3.4e38",
                "4.9e-324",
                "2.4703282292062327e-324",
                "2.4703282292062328e-324",
                "1.7976931348623157e308",
                "1.7976931348623158e308",
                "2.2250738585072012e-308",
                "123456789012345678",
                "1234567890123456789",
                "12345678901234567890",
                "0.12345678",
                "0.1234567812345678",
                "1.00000000000000000000000000000000000000000000000000000000000000000000000000000000000001"
            })
    void readsTheEdges(String text) {
        assertReadsAsTheJdkDoes(text, "an edge");
    }

    /** In full, as it is, and with the least bit less or more far behind what any double holds. */
    @Test
    void readsMidpointsOfFp32AndWhatLiesNextToThem() {
        Random random = new Random(32);
        for (int i = 0; i < 3000; i++) {
            float low = Float.intBitsToFloat(random.nextInt(Float.floatToRawIntBits(Float.MAX_VALUE)));
            BigDecimal midpoint =
                    new BigDecimal(low).add(new BigDecimal(Math.nextUp(low))).divide(BigDecimal.TWO);
            BigDecimal little = midpoint.ulp().movePointLeft(3);
            for (BigDecimal number : List.of(midpoint, midpoint.subtract(little), midpoint.add(little))) {
                assertReadsAsTheJdkDoes(number.toString(), low);
                assertReadsAsTheJdkDoes(number.toPlainString(), low);
            }
        }
    }

    @Test
    void refusesANumberThatWouldTakeForEver() {
        String digits = "1".repeat(60_000);
        BadJson refused = assertThrows(BadJson.class, () -> new JsonFloats(Texts.cursor(digits)).readFloat());
        assertEquals("a number longer than 4096 characters, at byte 1", refused.reason());
    }

    @ParameterizedTest
    @CsvSource({"500, 501, 1", "4000, 4001, 10", "4000, 3990, 1", "4000, 2000000, 1"})
    void readsLongRunsOfZerosThatTheExponentUndoes(int zeros, int exponent, String digits) {
        assertReadsAsTheJdkDoes("0." + "0".repeat(zeros) + digits + "e" + exponent, "leading zeros");
        assertReadsAsTheJdkDoes(digits + "0".repeat(zeros) + "e-" + exponent, "trailing zeros");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "-01",
                "00",
                "00.5",
                "+1",
                ".5",
                "-.5",
                "5.",
                "-5.",
                "5.e3",
                "1e",
                "1e+",
                "1e-",
                "1E",
                "1.5e",
                "--1",
                "-",
                "NaN",
                "-NaN",
                "Infinity",
                "-Infinity",
                "inf",
                "0x1",
                "0x1p3",
                "1_0",
                "\"1\"",
                "",
                " ",
                "1f",
                "1d",
                "1.0f",
                "1e5d",
                "1.2.3",
                "1e2.5",
                "1e2e3",
                "1,5",
                "1 2",
                "true",
                "null",
                "[1]",
                "{}",
                "e5",
                "-e5",
                "1ee5",
                "1e+-5",
                "\u0661",
                "1\u0000",
                "½"
            })
    void refusesWhatIsNoJsonNumber(String text) {
        Texts.refusal(text, cursor -> new JsonFloats(cursor).readFloat());
        Texts.refusal(text, cursor -> new JsonFloats(cursor).readDouble());
    }

    @ParameterizedTest
    @CsvSource({
        "01, a number has no leading zeros: 01",
        "5., a digit is missing after 5.",
        "1e+, a digit is missing after 1e+",
        "-, expected a number and found - at byte 1",
        "Nan, expected a number and found Nan at byte 1",
        "-NaN, expected a number and found -NaN at byte 1",
        "-Inf, expected a number and found -Inf at byte 1",
        "+1, expected a number and found +1 at byte 1",
        "'\"1\"', 'expected a number and found \"1\" at byte 1'",
        "'', the JSON text ends too early: expected a number at byte 1",
        "' x', expected a number and found x at byte 2"
    })
    void saysWhatIsWrong(String text, String reason) {
        assertEquals(reason, Texts.refusal(text, cursor -> new JsonFloats(cursor).readFloat()));
        assertEquals(reason, Texts.refusal(text, cursor -> new JsonFloats(cursor).readDouble()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e39",
                "-1e39",
                "3.4028236e38",
                "3.4028235677973367e38",
                "340282356779733670000000000000000000000",
                "1e400",
                "1e999999999999"
            })
    void refusesWhatIsTooLargeForFp32(String text) {
        assertEquals(
                text + " is too large for FP32", Texts.refusal(text, cursor -> new JsonFloats(cursor).readFloat()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e309", "-1e309", "1.7976931348623159e308", "17976931348623159e292", "1e999999999999"})
    void refusesWhatIsTooLargeForFp64(String text) {
        assertEquals(
                text + " is too large for FP64", Texts.refusal(text, cursor -> new JsonFloats(cursor).readDouble()));
    }

    @Test
    void staysInsideItsText() {
        assertEquals(1f, readFloat("1"));
        assertEquals(1.5, readDouble("1.5"));
        assertEquals(-0.25f, readFloat(" \t\r\n-0.25 "));
        assertEquals(1.23456789e10, readDouble("1.23456789e10"));
    }

    @Test
    void readsNumberAfterNumber() {
        JsonCursor cursor = Texts.cursor("1.5,-2e3,0.12345678901234567890123,4");
        JsonFloats floats = new JsonFloats(cursor);
        assertEquals(1.5f, floats.readFloat());
        assertTrue(cursor.tryRead(','));
        assertEquals(-2000.0, floats.readDouble());
        assertTrue(cursor.tryRead(','));
        assertEquals(0.12345678901234568, floats.readDouble());
        assertTrue(cursor.tryRead(','));
        assertEquals(4f, floats.readFloat());
        cursor.readEnd();
    }
}
