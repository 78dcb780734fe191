package dev.sluice.gateway.front.multimodel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagedPathTest {

    @Test
    void allOfThemOneOrAVersion() {
        assertEquals(Optional.of(new ManagedPath("models", null, null)), ManagedPath.of("/models"));
        assertEquals(Optional.of(new ManagedPath("models", null, null)), ManagedPath.of("/models/"));
        assertEquals(Optional.of(new ManagedPath("workflows", "a b", null)), ManagedPath.of("/workflows/a%20b"));
        assertEquals(Optional.of(new ManagedPath("models", "m", "1.0")), ManagedPath.of("/models/m/1.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/model", "/models/a/b/c", "/models//", "/servers/a"})
    void noOther(String path) {
        assertEquals(Optional.empty(), ManagedPath.of(path));
    }
}
