package dev.sluice.worker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which mistakes are recognised, and which words are too far from any known one. */
class SpellingTest {

    private static final List<String> KNOWN = List.of("port", "host", "idle_timeout", "max_body_size");

    @ParameterizedTest
    @CsvSource({
        "port, port",
        "prot, port",
        "ports, port",
        "hst, host",
        "idle_timout, idle_timeout",
        "idleTimeout, idle_timeout",
        "max_body_bytes, ''",
        "max_body_sise, max_body_size",
        "threads, ''",
        "'', ''"
    })
    void findsTheClosest(String word, String meant) {
        assertEquals(meant, Spelling.closest(word, KNOWN).orElse(""));
    }

    @ParameterizedTest
    @CsvSource({"'', abc, 3", "abc, abc, 0", "abc, acb, 1", "abc, ab, 1", "kitten, sitting, 3", "abcd, badc, 2"})
    void countsMistakes(String a, String b, int mistakes) {
        assertEquals(mistakes, Spelling.distance(a, b));
        assertEquals(mistakes, Spelling.distance(b, a));
    }
}
