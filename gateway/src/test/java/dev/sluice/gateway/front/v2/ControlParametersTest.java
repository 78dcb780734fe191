package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlParametersTest {

    private static boolean dependents(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ControlParameters.readDependents(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{}",
                "{\"parameters\":{}}",
                "{\"else\":[1],\"parameters\":{\"unload_dependents\":false}}"
            })
    void whatSaysNothingIsTaken(String text) {
        assertFalse(dependents(text));
    }

    @Test
    void dependentsMayBeMeant() {
        assertTrue(dependents("{\"parameters\":{\"unload_dependents\":true}}"));
        assertTrue(ControlParameters.refusal("unload_dependents").isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"parameters\":{\"config\":\"{}\"}}           | parameters.config",
                "{\"parameters\":{\"file:1/model.onnx\":\"\"}}  | parameters.file:1/model.onnx",
                "{\"parameters\":{\"other\":1}}                 | parameters.other",
                "{\"parameters\":{\"unload_dependents\":\"x\"}} | body",
                "{\"parameters\":1}                             | body",
                "{                                              | body",
                "{} 1                                           | body",
            })
    void whatWouldBeIgnoredIsRefused(String text, String field) {
        InferenceException refused = assertThrows(InferenceException.class, () -> dependents(text));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(field), refused.getMessage());
    }
}
