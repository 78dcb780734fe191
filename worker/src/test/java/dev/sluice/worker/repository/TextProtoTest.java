package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.repository.TextProto.Field;
import dev.sluice.worker.repository.TextProto.Message;
import dev.sluice.worker.repository.TextProto.Scalar;
import dev.sluice.worker.settings.SettingsException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way to write a field, and what is said of texts that are none. */
class TextProtoTest {

    private static String shown(String text) {
        return shown(TextProto.parse("f", text));
    }

    private static String shown(Message message) {
        return message.fields().stream().map(TextProtoTest::shown).collect(Collectors.joining(" "));
    }

    private static String shown(Field field) {
        return field.name() + "@" + field.line() + "="
                + switch (field.value()) {
                    case Scalar(String text) -> text;
                    case Message inner -> "{" + shown(inner) + "}";
                };
    }

    @Test
    void fieldsOfAllForms() {
        assertEquals("", shown(""));
        assertEquals("", shown(" # only a comment"));
        assertEquals("a@1=1 b@2=-2.5e3 c@2=TYPE_FP32", shown("a: 1\nb:-2.5e3 c : TYPE_FP32"));
        assertEquals("a@1=1 b@1=2 c@1=3", shown("a:1,b:2;c:3"));
        assertEquals("a@1={b@1={}} c@2={d@3=4}", shown("a { b: { } } # here\nc <\nd: 4>"));
        assertEquals("a@1=1 a@2=2", shown("a: [ 1,\n 2 ]"));
        assertEquals("a@1={b@1=1} a@1={b@1=2}", shown("a [ {b: 1}, <b: 2> ]"));
        assertEquals("a@1=x", shown("a: [x]"));
        assertEquals("b@1=1", shown("a: [] b: 1"));
    }

    @Test
    void texts() {
        assertEquals("a@1=it's #1 b@1=\"", shown("a: \"it's #1\" b: '\"'"));
        assertEquals("a@1=one two", shown("a: 'one '\n  \"two\""));
        assertEquals("a@1=x\ty\\", shown("a: 'x\\ty\\\\'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a               | f:1: a: expected : or { behind the name of a field, got the end of the file
            a: 1 : 2        | f:1: expected the name of a field, got ':'
            a { b: }        | f:1: a.b: expected a value, got '}'
            a { b: 1        | f:1: a: is not closed (expected })
            }               | f:1: expected the name of a field, got '}'
            a: [1 2]        | f:1: a: expected , or ] in a list, got '2'
            a: [1, 2        | f:1: a: expected , or ] in a list, got the end of the file
            a: [1,          | f:1: a: expected a value, got the end of the file
            a: "x           | f:1: a: has a text that does not end (expected ")
            a: "\\q"      | f:1: a: has an escape that is not read: \\q
            [x.y]: 1        | f:1: expected the name of a field, got '['
            """, quoteCharacter = '`')
    void whatIsNoMessageIsNamedWithLineAndField(String text, String problem) {
        SettingsException refused = assertThrows(SettingsException.class, () -> TextProto.parse("f", text));
        assertEquals(List.of(problem), refused.problems());
    }

    @Test
    void linesAreCounted() {
        SettingsException refused =
                assertThrows(SettingsException.class, () -> TextProto.parse("f", "a: 1\n\nb { c: 2"));
        assertEquals(List.of("f:3: b: is not closed (expected })"), refused.problems());
        assertThrows(SettingsException.class, () -> TextProto.parse("f", "a: 1\0"));
    }

    @Test
    void depthIsBounded() {
        TextProto.parse("f", "a{".repeat(TextProto.MOST_LEVELS) + "}".repeat(TextProto.MOST_LEVELS));
        assertThrows(SettingsException.class, () -> TextProto.parse("f", "a{".repeat(1_000_000)));
    }
}
