package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Moving through a text: values read over, words, brackets, and how deep it may go. */
class JsonCursorTest {

    private static final Function<JsonCursor, Boolean> SKIP = cursor -> {
        cursor.skipValue();
        return true;
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1.5e+7",
                "true",
                "false",
                "null",
                "\"a\\\"b\"",
                "[]",
                "{}",
                " [ ] ",
                "{ }",
                "[1,\"a\",null,[{}]]",
                "{\"a\":1,\"b\":{\"c\":[true,false]},\"a\":{}}",
                "\t\n\r 1 \t\n\r"
            })
    void skipsValuesOfEveryKind(String json) {
        assertTrue(Texts.read(json, SKIP));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[] | 0", "[ ] | 0", "[1] | 1", "[[1,2],{\"a\":[3]},null] | 3"})
    void readsOverListsAndCountsTheirElements(String json, int elements) {
        assertEquals(elements, Texts.read(json, JsonCursor::skipList));
    }

    @Test
    void countsNothingThatIsNoList() {
        assertThrows(BadJson.class, () -> Texts.read("{}", JsonCursor::skipList));
        assertThrows(BadJson.class, () -> Texts.read("[1", JsonCursor::skipList));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tru",
                "truE",
                "nul",
                "nan",
                "-",
                "01",
                "[",
                "]",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{",
                "}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{a:1}",
                "{1:1}",
                "{\"a\" 1}",
                "\"",
                "\"a",
                "\"\\",
                "'a'",
                "[1}",
                "{\"a\":1]",
                "1 2",
                "\u00a0" + "1",
                "\u0000",
                "\u000b1",
                "/*c*/1",
                "undefined"
            })
    void refusesWhatIsNoValue(String json) {
        Texts.refusal(json, SKIP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[,]", "{\"a\":,{}"})
    void refusesNestingBeyondItsBound(String form) {
        String open = form.substring(0, form.indexOf(','));
        String close = form.substring(form.length() - 1);
        String innermost = close.equals("}") ? "0" : "";
        int deepest = JsonCursor.MAX_DEPTH;
        assertTrue(Texts.read(open.repeat(deepest) + innermost + close.repeat(deepest), SKIP));
        for (int depth : new int[] {deepest + 2, 250_000}) {
            String reason = Texts.refusal(open.repeat(depth) + innermost + close.repeat(depth), SKIP);
            assertTrue(reason.startsWith("nested deeper than 100 levels at byte "), reason);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'[1 2]', 'expected '','' or '']'' and found 2 at byte 4'",
        "'[1', 'the JSON text ends too early: expected '','' or '']'' at byte 3'",
        "'{\"a\" 1}', 'expected '':'' and found 1 at byte 6'",
        "'{a:1}', expected a member name in double quotes and found a at byte 2",
        "'[nan]', expected null and found nan at byte 2",
        "'[x,y]', expected a JSON value and found x at byte 2",
        "'abcdefghijklmnopqrstuvwxyzabc', expected a JSON value and found abcdefghijklmnopqrstuvwx at byte 1",
        "'1 1', 'unexpected text after the end of the JSON value, at byte 3'"
    })
    void saysWhatItExpectedAndWhatItFound(String json, String reason) {
        assertEquals(reason, Texts.refusal(json, SKIP));
    }

    @Test
    void neverEchoesControlCharacters() {
        assertEquals(
                "expected a JSON value and found a control character at byte 1", Texts.refusal("\u0007x\u0007", SKIP));
    }

    @Test
    void readsWordsAndNamesAndBrackets() {
        JsonCursor cursor = Texts.cursor(" { \"on\" : true , \"off\":false,\"none\" :null } ");
        cursor.read('{');
        assertEquals("on", cursor.readName());
        assertTrue(cursor.readBoolean());
        assertTrue(cursor.readCommaOr('}'));
        assertEquals("off", cursor.readName());
        assertFalse(cursor.readBoolean());
        assertTrue(cursor.readCommaOr('}'));
        assertEquals("none", cursor.readName());
        cursor.readNull();
        assertFalse(cursor.readCommaOr('}'));
        cursor.readEnd();
        assertEquals(0, cursor.peek());
        assertFalse(cursor.tryRead('9'), "what stands behind the end is not part of the text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "TRUE", "t", "fals", "\"true\"", "null", ""})
    void refusesWhatIsNoBoolean(String json) {
        assertThrows(BadJson.class, () -> Texts.cursor(json).readBoolean());
    }
}
