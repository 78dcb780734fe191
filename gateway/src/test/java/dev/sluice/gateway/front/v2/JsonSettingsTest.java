package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.InferenceException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSettingsTest {

    @Test
    void membersOfSectionsHaveBothNames() {
        String guard = "{\"errors\": 2, \"of\": {\"x\": [1]}}";
        String text = " {\"candidate\": \"new\\u0065st\", \"weight\" : 2.50 , \"guard\": " + guard + ", \"a\":{}}";
        Map<String, String> expected =
                Map.of("candidate", "newest", "weight", "2.50", "guard.errors", "2", "guard.of", "{\"x\": [1]}");
        assertEquals(expected, JsonSettings.read(text));
        assertEquals(Map.of(), JsonSettings.read("{}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{candidate: 2}", "{\"a\":1} x", "{\"a\":1", "[1]", "{\"a\":{\"b\":}}"})
    void whatIsNoObjectIsRefused(String text) {
        assertThrows(InferenceException.class, () -> JsonSettings.read(text));
    }
}
