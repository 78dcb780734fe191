package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import ch.randelshofer.fastdoubleparser.JavaFloatParser;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written reads back to the same bits, no shorter number does, and no other of that length is nearer. */
class ShortestDecimalTest {

    private static final long SEED = 2021;
    private static final int OFFSET = 3;

    private final byte[] target = new byte[OFFSET + ShortestDecimal.ROOM];

    private String text(float value) {
        return text(ShortestDecimal.write(value, target, OFFSET));
    }

    private String text(double value) {
        return text(ShortestDecimal.write(value, target, OFFSET));
    }

    private String text(int end) {
        return new String(target, OFFSET, end - OFFSET, StandardCharsets.US_ASCII);
    }

    private void readsBack(float value) {
        int length = ShortestDecimal.write(value, target, OFFSET) - OFFSET;
        float back = JavaFloatParser.parseFloat(target, OFFSET, length);
        if (Float.floatToRawIntBits(back) != Float.floatToRawIntBits(value)) {
            assertEquals(value, back, text(value) + " is written for " + Float.toHexString(value));
        }
    }

    private void readsBack(double value) {
        int length = ShortestDecimal.write(value, target, OFFSET) - OFFSET;
        double back = JavaDoubleParser.parseDouble(target, OFFSET, length);
        if (Double.doubleToRawLongBits(back) != Double.doubleToRawLongBits(value)) {
            assertEquals(value, back, text(value) + " is written for " + Double.toHexString(value));
        }
    }

    private static BigDecimal stripped(String text) {
        return new BigDecimal(text).stripTrailingZeros();
    }

    /** Reads back by the JDK, is as short as can be, and the nearest of that length. */
    private void isBest(float value) {
        String text = text(value);
        assertEquals(Float.floatToRawIntBits(value), Float.floatToRawIntBits(Float.parseFloat(text)), text);
        String jdk = Float.toString(value);
        assertTrue(stripped(text).precision() <= stripped(jdk).precision(), text + " and " + jdk);
        if (value == 0) {
            return;
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal written = stripped(text);
        for (RoundingMode mode : new RoundingMode[] {RoundingMode.FLOOR, RoundingMode.CEILING}) {
            BigDecimal other = exact.setScale(written.scale(), mode);
            boolean nearer = distance(other, exact).compareTo(distance(written, exact)) < 0;
            assertTrue(!nearer || other.floatValue() != value, text + " is not as near as " + other);
            BigDecimal shorter = exact.setScale(written.scale() - 1, mode);
            assertTrue(shorter.floatValue() != value, text + " is longer than " + shorter);
        }
    }

    private void isBest(double value) {
        String text = text(value);
        assertEquals(Double.doubleToRawLongBits(value), Double.doubleToRawLongBits(Double.parseDouble(text)), text);
        String jdk = Double.toString(value);
        assertTrue(stripped(text).precision() <= stripped(jdk).precision(), text + " and " + jdk);
        if (value == 0) {
            return;
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal written = stripped(text);
        for (RoundingMode mode : new RoundingMode[] {RoundingMode.FLOOR, RoundingMode.CEILING}) {
            BigDecimal other = exact.setScale(written.scale(), mode);
            boolean nearer = distance(other, exact).compareTo(distance(written, exact)) < 0;
            assertTrue(!nearer || other.doubleValue() != value, text + " is not as near as " + other);
            BigDecimal shorter = exact.setScale(written.scale() - 1, mode);
            assertTrue(shorter.doubleValue() != value, text + " is longer than " + shorter);
        }
    }

    private static BigDecimal distance(BigDecimal left, BigDecimal right) {
        return left.subtract(right).abs();
    }

    @Test
    void twoMillionRandomFloatsReadBackToTheSameBits() {
        Random random = new Random(SEED);
        for (int i = 0; i < 2_000_000; i++) {
            int bits = random.nextInt();
            float value = Float.intBitsToFloat((i & 15) == 0 ? bits & 0x807F_FFFF : bits);
            if (Float.isFinite(value)) {
                readsBack(value);
            }
        }
    }

    @Test
    void twoMillionRandomDoublesReadBackToTheSameBits() {
        Random random = new Random(SEED);
        for (int i = 0; i < 2_000_000; i++) {
            long bits = random.nextLong();
            double value = Double.longBitsToDouble((i & 15) == 0 ? bits & 0x800F_FFFF_FFFF_FFFFL : bits);
            if (Double.isFinite(value)) {
                readsBack(value);
            }
        }
    }

    @Test
    void randomFloatsAreAsShortAndAsNearAsCanBe() {
        Random random = new Random(SEED + 1);
        for (int i = 0; i < 60_000; i++) {
            int bits = random.nextInt();
            float value = Float.intBitsToFloat((i & 7) == 0 ? bits & 0x807F_FFFF : bits);
            isBest(Float.isFinite(value) ? value : 0f);
            isBest(random.nextFloat());
            isBest(Math.round(random.nextFloat() * 1e6f) / 1000f);
        }
    }

    @Test
    void randomDoublesAreAsShortAndAsNearAsCanBe() {
        Random random = new Random(SEED + 1);
        for (int i = 0; i < 12_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            isBest(Double.isFinite(value) ? value : 0.0);
            isBest(random.nextDouble());
            isBest(Math.round(random.nextDouble() * 1e9) / 1e6);
            isBest((double) random.nextFloat());
        }
    }

    @Test
    void powersOfTwoAndTheirNeighboursAreAsShortAndAsNearAsCanBe() {
        for (int exponent = -149; exponent <= Float.MAX_EXPONENT; exponent++) {
            float power = (float) Math.scalb(1.0, exponent);
            for (float each : new float[] {power, -power, Math.nextDown(power), Math.nextUp(power)}) {
                isBest(each);
            }
        }
        for (int exponent = -1074; exponent <= Double.MAX_EXPONENT; exponent++) {
            double power = Math.scalb(1.0, exponent);
            for (double each : new double[] {power, -power, Math.nextDown(power), Math.nextUp(power)}) {
                isBest(each);
            }
        }
    }

    @Test
    void powersOfTenAndTheirNeighboursAreAsShortAndAsNearAsCanBe() {
        for (int exponent = -45; exponent <= 38; exponent++) {
            float power = new BigDecimal(BigInteger.ONE, -exponent).floatValue();
            isBest(power);
            isBest(Math.nextDown(power));
            isBest(Math.nextUp(power));
        }
        for (int exponent = -323; exponent <= 308; exponent++) {
            double power = new BigDecimal(BigInteger.ONE, -exponent).doubleValue();
            isBest(power);
            isBest(Math.nextDown(power));
            isBest(Math.nextUp(power));
        }
    }

    @Test
    void subnormalsAndExtremesAreAsShortAndAsNearAsCanBe() {
        for (int bits = 0; bits < 2000; bits++) {
            isBest(Float.intBitsToFloat(bits));
            isBest(Float.intBitsToFloat(0x0080_0000 - 1000 + bits));
            isBest(Float.intBitsToFloat(0x7F7F_FFFF - bits));
            isBest(Double.longBitsToDouble(bits));
            isBest(Double.longBitsToDouble(0x0010_0000_0000_0000L - 1000 + bits));
            isBest(Double.longBitsToDouble(0x7FEF_FFFF_FFFF_FFFFL - bits));
        }
    }

    @Test
    void wholeNumbersOfEveryLengthReadBack() {
        for (long power = 1; power <= 1_000_000_000_000_000_000L / 10; power *= 10) {
            for (long value = Math.max(0, power - 500); value < power + 500; value++) {
                readsBack((float) value);
                readsBack((double) value);
                readsBack(-(double) value);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "-0.0, -0.0",
        "1, 1.0",
        "-1, -1.0",
        "10, 10.0",
        "100, 100.0",
        "1234567, 1234567.0",
        "9999999, 9999999.0",
        "1e7, 1.0E7",
        "12345678, 1.2345678E7",
        "0.1, 0.1",
        "0.012, 0.012",
        "0.001, 0.001",
        "0.0012, 0.0012",
        "0.0001, 1.0E-4",
        "0.00012, 1.2E-4",
        "123.456, 123.456",
        "1e10, 1.0E10",
        "1.5e-10, 1.5E-10",
        "2e23, 2.0E23",
        "0.3, 0.3"
    })
    void bothTypesHaveTheFormOfJava(String value, String expected) {
        assertEquals(expected, text(Float.parseFloat(value)));
        assertEquals(expected, text(Double.parseDouble(value)));
    }

    @Test
    void extremesHaveAFixedForm() {
        assertEquals("1.0E-45", text(Float.MIN_VALUE));
        assertEquals("1.1754944E-38", text(Float.MIN_NORMAL));
        assertEquals("3.4028235E38", text(Float.MAX_VALUE));
        assertEquals("-3.4028235E38", text(-Float.MAX_VALUE));
        assertEquals("5.0E-324", text(Double.MIN_VALUE));
        assertEquals("2.2250738585072014E-308", text(Double.MIN_NORMAL));
        assertEquals("-1.7976931348623157E308", text(-Double.MAX_VALUE));
    }

    @Test
    void nothingIsWrittenOutsideTheRoom() {
        Random random = new Random(SEED + 2);
        for (int i = 0; i < 200_000; i++) {
            double value = i % 2 == 0
                    ? -random.nextDouble() * Math.pow(10, random.nextInt(14) - 5)
                    : Double.longBitsToDouble(random.nextLong() | Long.MIN_VALUE);
            if (Double.isFinite(value)) {
                target[OFFSET - 1] = '<';
                ShortestDecimal.write(value, target, OFFSET);
                ShortestDecimal.write((float) Math.max(value, -Float.MAX_VALUE), target, OFFSET);
                assertEquals('<', target[OFFSET - 1]);
            }
        }
    }

    /** Of some subnormals it writes two digits where one would do. */
    @Test
    void normalFloatsAreWrittenAsJavaWritesThem() {
        Random random = new Random(SEED + 3);
        for (int i = 0; i < 1_000_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(value) && Math.abs(value) >= Float.MIN_NORMAL) {
                assertEquals(Float.toString(value), text(value));
            }
        }
    }
}
