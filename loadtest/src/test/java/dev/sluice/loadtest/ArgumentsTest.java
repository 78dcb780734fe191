package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArgumentsTest {

    private static final Map<String, String> DEFAULTS = Map.of("loops", "2", "batches", "1,2,64", "seconds", "0.5");

    private static Arguments parse(String... arguments) {
        return Arguments.parse(arguments, DEFAULTS);
    }

    @Test
    void defaultsHoldUntilAnOptionIsGiven() {
        assertEquals(2, parse().whole("loops", 0));
        assertEquals(5, parse("--loops", "5").whole("loops", 0));
        assertEquals(List.of(1, 2, 64), parse("--loops", "5").counts("batches"));
        assertEquals(500_000_000L, parse().nanos("seconds"));
    }

    @Test
    void theLastOfTheSameOptionWins() {
        assertEquals(7, parse("--loops", "5", "--loops", "7").whole("loops", 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--loop", "loops", "-loops", "--", ""})
    void unknownOptionsAreNamedTogetherWithThoseThereAre(String option) {
        String message = refused(() -> parse(option, "1"));
        assertTrue(message.contains("unknown option " + option), message);
        assertTrue(message.contains("--batches, --loops, --seconds"), message);
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertEquals("--loops needs a value", refused(() -> parse("--seconds", "1", "--loops")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "two", "", "99999999999"})
    void wholeNumbersAreCheckedAgainstTheirLeast(String value) {
        assertEquals(
                "--loops takes whole numbers from 0, not " + value,
                refused(() -> parse("--loops", value).whole("loops", 0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,", "1,two", "1,0.4"})
    void everyNumberOfAListIsChecked(String value) {
        String wrong = value.substring(value.indexOf(',') + 1);
        assertEquals(
                "--batches takes a number from 0.5 to 64.0, not " + wrong,
                refused(() -> parse("--batches", value).numbers("batches", 0.5, 64)));
    }

    @Test
    void numbersOfAListKeepTheirOrder() {
        assertEquals(List.of(2.0, 0.5), parse("--batches", "2,0.5").numbers("batches", 0.5, 64));
    }

    @Test
    void everyCountOfAListIsChecked() {
        assertEquals(
                "--batches takes whole numbers from 1, not 0",
                refused(() -> parse("--batches", "4,0").counts("batches")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "Infinity", "3601", "1s"})
    void secondsMustBeAboveZeroAndBounded(String value) {
        String message = refused(() -> parse("--seconds", value).nanos("seconds"));
        assertTrue(message.startsWith("--seconds takes seconds") && message.endsWith(value), message);
    }

    private static String refused(Executable attempt) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, attempt).getMessage());
    }
}
