package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.FakeHttpRequest;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's name for a request where it is fit for a log, and otherwise ours. */
class RequestIdsTest {

    private final RequestIds ids = new RequestIds();

    private String of(String given) {
        return ids.of(new FakeHttpRequest().header("x-request-id", given).request());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "!~", "7f3c-0001", "trace=1;span=2,[x]{y}"})
    void keepsTheClientsIdWhereItIsFit(String given) {
        assertEquals(given, of(given));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\nb", "a\tb", "a\"b", "a\\b", "\u007f", "é", "\u0000"})
    void replacesIdsThatCouldForgeALog(String given) {
        assertTrue(of(given).matches("[0-9a-f]{16}-[0-9a-f]+"), of(given));
    }

    @Test
    void keepsIdsUpToItsBound() {
        assertEquals("x".repeat(128), of("x".repeat(128)));
        assertNotEquals("x".repeat(129), of("x".repeat(129)));
    }

    @Test
    void neverMakesTheSameIdTwice() {
        Set<String> made = new HashSet<>();
        RequestIds otherLoop = new RequestIds();
        for (int i = 0; i < 1000; i++) {
            assertTrue(made.add(ids.of(new FakeHttpRequest().request())));
            assertTrue(made.add(otherLoop.of(new FakeHttpRequest().request())));
        }
    }
}
