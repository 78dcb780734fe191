package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMembersTest {

    private static JsonMembers read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return JsonMembers.read(bytes, 0, bytes.length, Set.of("a", "b", "c"));
    }

    private static String refusal(Runnable reading) {
        return String.valueOf(
                assertThrows(InferenceException.class, reading::run).getMessage());
    }

    @Test
    void membersOfEachKind() {
        JsonMembers members = read(" {\"a\": \"x\\n\u00e9\", \"b\": 7, \"c\": [1, \"two\", -3]} ");
        assertEquals("x\n\u00e9", members.text("a"));
        assertEquals(OptionalLong.of(7), members.count("b"));
        assertEquals(List.of("1", "two", "-3"), members.words("c"));
    }

    @Test
    void othersArePassedOverWhereTheyMayBe() {
        byte[] text = "{\"x\": {\"a\": 1}, \"a\": \"y\", \"x\": [\"]\"]}".getBytes(StandardCharsets.UTF_8);
        JsonMembers members = JsonMembers.readAmongOthers(text, 0, text.length, Set.of("a", "b"));
        assertEquals("y", members.text("a"));
        assertNull(members.text("b"));
        byte[] twice = "{\"a\": 1, \"x\": 2, \"a\": 3}".getBytes(StandardCharsets.UTF_8);
        assertEquals("a: given twice", refusal(() -> JsonMembers.readAmongOthers(twice, 0, twice.length, Set.of("a"))));
    }

    @Test
    void whateverItIsAsPeopleWriteIt() {
        JsonMembers members = read("{\"a\": \"x\\n\", \"b\" : -7 , \"c\":false}");
        assertEquals("x\n", members.scalar("a"));
        assertEquals("-7", members.scalar("b"));
        assertEquals("false", members.scalar("c"));
        assertNull(read("{}").scalar("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "{}"})
    void whatIsNotThereIsNothing(String text) {
        JsonMembers members = read(text);
        assertNull(members.text("a"));
        assertEquals(OptionalLong.empty(), members.count("b"));
        assertNull(members.words("c"));
        assertEquals(List.of(), read("{\"c\":[]}").words("c"));
    }

    @Test
    void whatIsWrongIsNamed() {
        assertTrue(refusal(() -> read("{\"d\":1}")).contains("[a, b, c]"));
        assertTrue(refusal(() -> read("{\"a\":1,\"a\":1}")).contains("twice"));
        assertTrue(refusal(() -> read("{\"a\":1").words("a")).contains("body"));
        assertTrue(refusal(() -> read("[]")).contains("body"));
        assertTrue(refusal(() -> read("{\"a\":1} 2")).contains("body"));
        assertTrue(refusal(() -> read("{\"a\":1}").text("a")).startsWith("a"));
        assertTrue(refusal(() -> read("{\"b\":0}").count("b")).startsWith("b"));
        assertTrue(refusal(() -> read("{\"b\":1.5}").count("b")).startsWith("b"));
        assertTrue(refusal(() -> read("{\"c\":[true]}").words("c")).startsWith("c"));
        assertTrue(refusal(() -> read("{\"c\":{}}").words("c")).startsWith("c"));
    }
}
