package dev.sluice.worker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of texts that are values of their settings, and of texts that are not. */
class ValueTextTest {

    record Values(
            @Setting(value = "1", min = "-5", max = "100") int count,
            @Setting("1") long total,
            @Setting(value = "0.5", min = "0") double share,
            @Setting("true") boolean enabled,
            @Setting("x") String name,

            @Setting(value = "30s", min = "100us", max = "1h")
            Duration timeout,

            @Setting(value = "1KiB", max = "1GiB", bytes = true)
            long size) {}

    private static Values load(String path, String text) {
        return Settings.of(Values.class)
                .overrides(List.of(new Assignment("--set", path, text)))
                .load();
    }

    @ParameterizedTest
    @CsvSource({
        "100us, 100000",
        "250ms, 250000000",
        "30s, 30000000000",
        "5m, 300000000000",
        "1h, 3600000000000",
        "200000ns, 200000"
    })
    void durations(String text, long nanos) {
        assertEquals(Duration.ofNanos(nanos), load("timeout", text).timeout());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "17, 17", "17B, 17", "8KiB, 8192", "64MiB, 67108864", "1GiB, 1073741824"})
    void sizes(String text, long bytes) {
        assertEquals(bytes, load("size", text).size());
    }

    @ParameterizedTest
    @CsvSource({"-5, -5", "+7, 7", "100, 100", "007, 7"})
    void wholeNumbers(String text, int number) {
        assertEquals(number, load("count", text).count());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.25, 0.25", "1e3, 1000", ".5, 0.5"})
    void numbers(String text, double number) {
        assertEquals(number, load("share", text).share());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            count   | 1.5                     | is not a whole number
            count   | 0x10                    | is not a whole number
            count   | 1_000                   | is not a whole number
            count   | ' 1'                    | is not a whole number
            count   | ''                      | is empty
            count   | 101                     | is out of range
            count   | -6                      | is out of range
            count   | 99999999999             | is out of range
            total   | 99999999999999999999999 | is out of range
            share   | NaN                     | is not a number
            share   | 1f                      | is not a number
            share   | -0.1                    | is out of range
            share   | 1e400                   | is out of range
            enabled | yes                     | is neither true nor false
            enabled | True                    | is neither true nor false
            name    | ''                      | is empty
            timeout | 30                      | needs a unit, as in 30s
            timeout | 0                       | needs a unit, as in 0s
            timeout | 30 s                    | is not a duration
            timeout | 1.5s                    | is not a duration
            timeout | -1s                     | is not a duration
            timeout | 1h30m                   | is not a duration
            timeout | 3days                   | has an unknown unit
            timeout | 30S                     | has an unknown unit
            timeout | 99us                    | is out of range
            timeout | 61m                     | is out of range
            timeout | 99999999999h            | is out of range
            timeout | 99999999999999999999s   | is out of range
            size    | 64MB                    | has an unknown unit
            size    | 64mib                   | has an unknown unit
            size    | MiB                     | is not a size
            size    | 2GiB                    | is out of range
            """)
    void refusals(String path, String text, String problem) {
        var failure = assertThrows(SettingsException.class, () -> load(path, text));
        String message = failure.problems().getFirst();
        assertEquals("--set: " + path + ": " + problem, message.substring(0, message.indexOf(" (")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            timeout | 30   | (got 30; expected a duration in ns, us, ms, s, m or h, such as 30s, from 100us to 1h)
            size    | 64MB | (got 64MB; expected a size in B, KiB, MiB or GiB, such as 64MiB, at most 1GiB)
            share   | x    | (got x; expected a number, at least 0)
            name    | ''   | (expected a text)
            """)
    void refusalsSayWhatIsExpected(String path, String text, String expected) {
        var failure = assertThrows(SettingsException.class, () -> load(path, text));
        String message = failure.problems().getFirst();
        assertEquals(expected, message.substring(message.indexOf('(')));
    }
}
