package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrettyJsonTest {

    private static String pretty(String compact) {
        JsonOutput out = PrettyJson.of(new JsonOutput(64).raw(compact));
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    @Test
    void indentsByTwoSpaces() {
        assertEquals("""
            {
              "a": [
                1,
                {
                  "b": true
                }
              ],
              "c": "d"
            }
            """, pretty("{\"a\":[1,{\"b\":true}],\"c\":\"d\"}"));
    }

    @Test
    void leavesWhatIsEmptyOnItsLine() {
        assertEquals("{}\n", pretty("{}"));
        assertEquals("[\n  [],\n  {}\n]\n", pretty("[[],{}]"));
    }

    @Test
    void leavesTextsAlone() {
        assertEquals("{\n  \"{,:\\\"[\": \"a: b, \\\\\"\n}\n", pretty("{\"{,:\\\"[\":\"a: b, \\\\\"}"));
        JsonOutput text =
                new JsonOutput(64).raw('[').string("z\u00f6 \ud83d\ude00").raw(']');
        JsonOutput out = PrettyJson.of(text);
        assertEquals(
                "[\n  \"z\u00f6 \ud83d\ude00\"\n]\n", new String(out.array(), 0, out.length(), StandardCharsets.UTF_8));
    }
}
