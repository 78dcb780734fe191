package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Escapes, surrogate pairs, and everything that may not stand between quotes. */
class JsonStringsTest {

    private static String read(String json) {
        return Texts.read(json, JsonStrings::readString);
    }

    private static String refusal(String json) {
        return Texts.refusal(json, JsonStrings::readString);
    }

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "abc, abc",
        "zwölf €, zwölf €",
        "\uD83D\uDE00, \uD83D\uDE00",
        "\\\", '\"'",
        "\\\\, \\",
        "\\/, /",
        "/, /",
        "\\u0041, A",
        "\\u00e9\\u00E9, éé",
        "\\u20ac, €",
        "\\uFFFF, \uFFFF",
        "\\ud83d\\ude00, \uD83D\uDE00",
        "\\uD800\\uDC00, \uD800\uDC00",
        "\\uDBFF\\uDFFF, \uDBFF\uDFFF",
        "a\\u0020b\\\\u0041, 'a b\\u0041'"
    })
    void resolvesEscapes(String between, String text) {
        assertEquals(text, read('"' + between + '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"\\ud800\\u0041\"",
                "\"\n\"",
                "x"
            })
    void readsOverAStringAsStrictlyAsItReads(String json) {
        assertEquals(refusal(json), Texts.refusal(json, cursor -> {
            JsonStrings.skip(cursor);
            return true;
        }));
    }

    @Test
    void readsOverNoBytesThatAreNotUtf8() {
        byte[] halfASequence = {'"', (byte) 0xC3, '"'};
        assertThrows(BadJson.class, () -> JsonStrings.skip(Texts.cursor(halfASequence)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a\\\\\"", "\"\\\"\\/\\b\\u00e9\"", "\"\\ud83d\\ude00é€\uD83D\uDE00\""})
    void readsOverTheWholeString(String json) {
        JsonCursor cursor = Texts.cursor(json);
        JsonStrings.skip(cursor);
        cursor.readEnd();
    }

    @Test
    void resolvesControlCharacters() {
        assertEquals("\b\f\n\r\t\u0000\u001f\u007f", read("\"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\""));
    }

    @Test
    void everyUnitReadsBackFromItsEscape() {
        for (int unit = 0; unit <= Character.MAX_VALUE; unit++) {
            String escape = String.format(Locale.ROOT, unit % 2 == 0 ? "\"\\u%04x\"" : "\"\\u%04X\"", unit);
            if (Character.isSurrogate((char) unit)) {
                assertEquals("half a surrogate pair in a string, at byte 2", refusal(escape), escape);
            } else {
                assertEquals(String.valueOf((char) unit), read(escape), escape);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\ud83d",
                "\\ude00",
                "\\ud83dx",
                "\\ud83d\\n",
                "\\ud83d\\u0041",
                "\\ud83d\\ud83d",
                "\\ude00\\ud83d",
                "\\ud83d\\\\ude00",
                "\\ud83d ude00"
            })
    void refusesHalfASurrogatePair(String between) {
        assertEquals("half a surrogate pair in a string, at byte 2", refusal('"' + between + '"'));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"', 'a string without its closing quote, from byte 1'",
        "'\"abc', 'a string without its closing quote, from byte 1'",
        "'\"abc\\', 'a string without its closing quote, from byte 1'",
        "'\"abc\\\"', 'a string without its closing quote, from byte 1'",
        "'\"\\u12', 'a string without its closing quote, from byte 1'",
        "'\"\\x\"', 'an unknown escape in a string, at byte 2'",
        "'\"a\\U0041\"', 'an unknown escape in a string, at byte 3'",
        "'\"\\''\"', 'an unknown escape in a string, at byte 2'",
        "'\"\\u12\"', '\\u needs four hexadecimal digits, at byte 2'",
        "'\"\\u12g4\"', '\\u needs four hexadecimal digits, at byte 2'",
        "'\"\\ud83d\\u12\"', '\\u needs four hexadecimal digits, at byte 8'",
        "'\"\\u+123\"', '\\u needs four hexadecimal digits, at byte 2'",
        "'\"\\u٠٠٤١\"', '\\u needs four hexadecimal digits, at byte 2'",
        "'''a''', 'expected a string in double quotes and found ''a'' at byte 1'",
        "12, expected a string in double quotes and found 12 at byte 1",
        "'', the JSON text ends too early: expected a string in double quotes at byte 1"
    })
    void saysWhatIsWrong(String json, String reason) {
        assertEquals(reason, refusal(json));
    }

    @Test
    void refusesEveryBareControlCharacter() {
        for (char control = 0; control < ' '; control++) {
            String json = "\"a" + control + "\"";
            assertEquals("a bare control character in a string, at byte 3", refusal(json));
            assertEquals(
                    "a bare control character in a string, at byte 3",
                    Texts.refusal(json, cursor -> JsonStrings.readUtf8(cursor, ByteBuffer.allocate(10))));
        }
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] latin1 = "\"zw\u00f6lf\"".getBytes(StandardCharsets.ISO_8859_1);
        JsonCursor cursor = Texts.cursor(latin1);
        String reason = assertThrows(BadJson.class, () -> JsonStrings.readString(cursor))
                .reason();
        assertEquals("bytes that are not UTF-8 in a string, at byte 4", reason);
    }

    @Test
    void skipsExactlyOneString() {
        JsonCursor cursor = Texts.cursor("  \"a\\\"b\\\\\",1");
        JsonStrings.skip(cursor);
        assertTrue(cursor.tryRead(','));
    }

    @Test
    void writesTheBytesOfAnyTextHoweverItIsEscaped() {
        long seed = 8259;
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            StringBuilder json = new StringBuilder("\"");
            for (int n = random.nextInt(12); n > 0; n--) {
                int codePoint = codePoint(random);
                text.appendCodePoint(codePoint);
                boolean escape = codePoint < ' ' || codePoint == '"' || codePoint == '\\' || random.nextBoolean();
                for (char unit : Character.toChars(codePoint)) {
                    json.append(escape ? String.format(Locale.ROOT, "\\u%04x", (int) unit) : String.valueOf(unit));
                }
            }
            byte[] expected = text.toString().getBytes(StandardCharsets.UTF_8);
            ByteBuffer target = ByteBuffer.allocate(json.toString().getBytes(StandardCharsets.UTF_8).length);
            int length = Texts.read(json.append('"').toString(), cursor -> JsonStrings.readUtf8(cursor, target));
            assertEquals(expected.length, length, "seed " + seed + ": " + json);
            assertEquals(ByteBuffer.wrap(expected), target.flip(), "seed " + seed + ": " + json);
        }
    }

    private static int codePoint(Random random) {
        int[] limits = {0x80, 0x800, 0xD800, Character.MAX_CODE_POINT + 1};
        int codePoint = random.nextInt(limits[random.nextInt(limits.length)]);
        return codePoint >= 0xD800 && codePoint <= 0xDFFF ? 'x' : codePoint;
    }
}
