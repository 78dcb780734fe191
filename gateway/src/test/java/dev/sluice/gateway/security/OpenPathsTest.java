package dev.sluice.gateway.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths are open, and which texts name some. */
class OpenPathsTest {

    @Test
    void aPathIsOpenAloneOrWithAllThatBeginSo() {
        OpenPaths open = new OpenPaths(List.of("/metrics", "/v2/health/*"));
        assertTrue(open.contain("/metrics"));
        assertTrue(open.contain("/v2/health/live"));
        assertFalse(open.contain("/metrics/"));
        assertFalse(open.contain("/metricsx"));
        assertFalse(open.contain("/v2/health"));
        assertFalse(open.contain("/"));
        assertTrue(new OpenPaths(List.of("/*")).contain("/anything"));
        assertFalse(new OpenPaths(List.of()).contain("/metrics"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "metrics", "*", "/v2/*/ready", "/v2/**"})
    void refusesWhatIsNone(String pattern) {
        assertTrue(OpenPaths.problem(pattern).orElseThrow().startsWith("is no path (got " + pattern + ";"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/v2/health/*", "/*"})
    void takesWhatIsOne(String pattern) {
        assertEquals(Optional.empty(), OpenPaths.problem(pattern));
    }
}
