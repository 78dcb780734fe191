package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs agree with the careful reader, and end exactly before anything that is not plain. */
class PlainFloatsTest {

    private static final long SEED = 784;

    /** Longer than the room that the loop wants before the end. */
    private static final String REST = "0,".repeat(30) + "0]";

    private final ByteBuffer memory = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    private static JsonCursor cursor(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new JsonCursor(bytes, 0, bytes.length);
    }

    /** Reads elements with both readers by turns, as {@link ElementReader} does, and compares them with Java's. */
    private int readsAs(String[] numbers) {
        String text = String.join(",", numbers) + "," + REST;
        JsonCursor cursor = cursor(text);
        JsonFloats careful = new JsonFloats(cursor);
        memory.clear();
        int plain = 0;
        int at = 0;
        while (at < numbers.length) {
            int found = PlainFloats.readRun(cursor, memory, numbers.length - at);
            plain += found;
            at += found;
            if (at < numbers.length) {
                memory.putFloat(careful.readFloat());
                cursor.read(',');
                at++;
            }
        }
        memory.flip();
        for (String number : numbers) {
            float read = memory.getFloat();
            float expected = Float.parseFloat(number);
            assertEquals(
                    Float.floatToRawIntBits(expected), Float.floatToRawIntBits(read), number + " reads as " + read);
        }
        assertEquals(text.length() - REST.length(), cursor.position);
        return plain;
    }

    @ParameterizedTest
    @EnumSource(NumberTexts.class)
    void runsReadEveryKindOfNumberAsJavaDoes(NumberTexts kind) {
        Random random = new Random(SEED);
        for (int i = 0; i < 100; i++) {
            String[] numbers = new String[100];
            for (int j = 0; j < numbers.length; j++) {
                do {
                    numbers[j] = kind.next(random);
                } while (Float.isInfinite(Float.parseFloat(numbers[j])) || hasLeadingZero(numbers[j]));
            }
            readsAs(numbers);
        }
    }

    private static boolean hasLeadingZero(String number) {
        int at = number.startsWith("-") ? 1 : 0;
        return number.length() > at + 1 && number.charAt(at) == '0' && Character.isDigit(number.charAt(at + 1));
    }

    @Test
    void nearlyAllOrdinaryNumbersArePlain() {
        Random random = new Random(SEED);
        String[] numbers = new String[10_000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = String.format(Locale.ROOT, "%.8f", (random.nextDouble() - 0.5) * 1000);
        }
        assertEquals(numbers.length, readsAs(numbers));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "0.0",
                "-0.0",
                "1",
                "-1",
                "10",
                "0.5",
                "0.00000001",
                "123456789012345678",
                "1.5",
                "1.2345678",
                "1.23456789",
                "1.2345678901234567",
                "12345678.12345678",
                "1234567890.12345678",
                "12345678901234567.8",
                "-999999999999999999",
                "0.12345678901234567",
                "255.0",
                "3.40"
            })
    void aPlainNumberIsRead(String number) {
        assertEquals(1, readsAs(new String[] {number}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e5,",
                "1E5,",
                "1.5e-3,",
                "0e0,",
                " 1,",
                "1 ,",
                "\t1,",
                "1\n,",
                "1]",
                "1.5]",
                "01,",
                "-01,",
                "00,",
                "1.,",
                "-,",
                "-.5,",
                ".5,",
                "+1,",
                ",",
                "--1,",
                "1-,",
                "1..2,",
                "1.2.3,",
                "null,",
                "\"1\",",
                "[1],",
                "1;",
                "1:",
                "1/",
                "NaN,",
                "Infinity,",
                "1_0,",
                "1f,",
                "1.5d,",
                "1.1234567890123456789,",
                "1234567890123456789,",
                "123456789012345678.9,",
                "12345678.12345678901,",
                "12345678x,",
                "1.2345678/,",
                "1.:2345678,",
                "123456789012345678.,",
                "16777217,",
                "1.00000005960464477539,",
                "16777217.0000000,",
                "\u0000,",
                "~,"
            })
    void theRunEndsBeforeWhatIsNotPlain(String text) {
        for (String before : new String[] {"", "1,", "-0.25,7.125,"}) {
            JsonCursor cursor = cursor(before + text + REST);
            memory.clear();
            int found = PlainFloats.readRun(cursor, memory, 1000);
            assertEquals(before.chars().filter(c -> c == ',').count(), found);
            assertEquals(before.length(), cursor.position, before + text);
            assertEquals(found * Float.BYTES, memory.position());
        }
    }

    @Test
    void noMoreAreReadThanAskedFor() {
        for (int most = 0; most < 20; most++) {
            JsonCursor cursor = cursor("1,".repeat(30) + REST);
            memory.clear().position(8);
            assertEquals(most, PlainFloats.readRun(cursor, memory, most));
            assertEquals(2 * most, cursor.position);
            assertEquals(8 + most * Float.BYTES, memory.position());
        }
    }

    /** Behind the text lies what would be plain numbers, and behind that nothing. */
    @Test
    void nothingIsReadBeyondTheEnd() {
        for (int length = 0; length < 80; length++) {
            for (int more : new int[] {0, 1, 7, 40}) {
                byte[] bytes = "3.25,".repeat(24).substring(0, length + more).getBytes(StandardCharsets.US_ASCII);
                JsonCursor cursor = new JsonCursor(bytes, 0, length);
                memory.clear();
                int found = PlainFloats.readRun(cursor, memory, 1000);
                assertEquals(found * 5, cursor.position);
                assertEquals(Math.max(0, (length - cursor.position)), length - cursor.position);
            }
        }
    }

    @Test
    void aTextThatEndsWithinANumberIsNoReasonToReadOn() {
        String longest = "-12345678.1234567890";
        for (int end = 0; end < longest.length() * 3; end++) {
            byte[] bytes = (longest + ",").repeat(3).substring(0, end).getBytes(StandardCharsets.US_ASCII);
            memory.clear();
            int found = PlainFloats.readRun(new JsonCursor(bytes, 0, end), memory, 1000);
            assertEquals(found, memory.position() / Float.BYTES);
        }
    }
}
