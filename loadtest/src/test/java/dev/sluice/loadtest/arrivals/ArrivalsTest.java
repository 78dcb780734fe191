package dev.sluice.loadtest.arrivals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is offered is what was asked for: the rate, how it clusters, how it changes, and the same again by seed. */
final class ArrivalsTest {

    private static final double PER_SECOND = 1000;
    private static final long SECOND = 1_000_000_000;

    private static long[] planned(String arrivals, long seconds, long seed) throws IOException {
        return Arrivals.parse(arrivals).planned(PER_SECOND, seconds * SECOND, seed);
    }

    /** The bounds are more than six standard deviations of the estimates, for these seeds and for nearly any other. */
    @ParameterizedTest
    @CsvSource({"poisson, 1, 0.01", "gamma:0.5, 0.5, 0.01", "gamma:2, 2, 0.02", "gamma:4, 4, 0.04"})
    void gapsHaveTheirMeanAndTheirVariation(String arrivals, double variation, double tolerance) throws IOException {
        long[] planned = planned(arrivals, 1000, 1);
        double mean = (planned[planned.length - 1] - planned[0]) / (planned.length - 1.0);
        double squares = 0;
        for (int i = 1; i < planned.length; i++) {
            squares += Math.pow(planned[i] - planned[i - 1] - mean, 2);
        }
        assertEquals(SECOND / PER_SECOND, mean, tolerance * SECOND / PER_SECOND);
        assertEquals(variation, Math.sqrt(squares / (planned.length - 1)) / mean, 0.03 * variation);
    }

    /** The counts of a Poisson process vary as much as their mean in windows of any length; those of a gamma more. */
    @ParameterizedTest
    @CsvSource({"poisson, 1, 0.1", "gamma:4, 16, 3", "gamma:0.5, 0.25, 0.05"})
    void countsDisperseAsTheGapsSay(String arrivals, double dispersion, double tolerance) throws IOException {
        double[] counts = counts(planned(arrivals, 2_000, 2), 2_000);
        double mean = Arrays.stream(counts).average().orElseThrow();
        double variance = Arrays.stream(counts)
                .map(count -> (count - mean) * (count - mean))
                .average()
                .orElseThrow();
        assertEquals(dispersion, variance / mean, tolerance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"poisson", "gamma:4", "on-off", "step", "sine"})
    void theSameSeedPlansTheSameAndAnotherPlansOtherwise(String arrivals) throws IOException {
        long[] planned = planned(arrivals, 10, 3);
        assertArrayEquals(planned, planned(arrivals, 10, 3));
        assertFalse(Arrays.equals(planned, planned(arrivals, 10, 4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"poisson", "gamma:8", "on-off", "step", "sine"})
    void momentsAscendWithinTheRun(String arrivals) throws IOException {
        long[] planned = planned(arrivals, 10, 5);
        assertTrue(planned[0] >= 0 && planned[planned.length - 1] < 10 * SECOND);
        for (int i = 1; i < planned.length; i++) {
            assertTrue(planned[i] >= planned[i - 1]);
        }
    }

    @Test
    void aStepGoesFromHalfToThreeTimesAndBack() throws IOException {
        double[] counts = counts(planned("step", 300, 6), 3);
        assertEquals(50_000, counts[0], 1_500);
        assertEquals(300_000, counts[1], 3_500);
        assertEquals(50_000, counts[2], 1_500);
    }

    @Test
    void aSineSwingsBetweenAFifthAndOneAndAFifth() throws IOException {
        double[] counts = counts(planned("sine", 600, 7), 600);
        double[] bySecondOfTheMinute = new double[60];
        for (int second = 0; second < counts.length; second++) {
            bySecondOfTheMinute[second % 60] += counts[second] / 10;
        }
        assertEquals(200, bySecondOfTheMinute[0], 40);
        assertEquals(1200, bySecondOfTheMinute[30], 80);
        assertEquals(700 * 600, Arrays.stream(counts).sum(), 5_000);
    }

    @Test
    void burstsComeTenTimesAsThickAndTheMeanRateHolds() throws IOException {
        long[] planned = planned("on-off", 4_000, 8);
        assertEquals(PER_SECOND * 4_000, planned.length, 0.1 * PER_SECOND * 4_000);
        double[] counts = counts(planned, 400_000);
        double off = Arrays.stream(counts).filter(count -> count < 20).average().orElseThrow();
        double on = Arrays.stream(counts).filter(count -> count >= 20).average().orElseThrow();
        assertEquals(10, on / off, 1.5);
    }

    private static double[] counts(long[] planned, int windows) {
        double window = (planned[planned.length - 1] + 1.0) / windows;
        double[] counts = new double[windows];
        for (long moment : planned) {
            counts[(int) (moment / window)]++;
        }
        return counts;
    }

    @Test
    void aTraceIsStretchedToTheRateAndCutToTheLength(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("trace.csv"), "# seconds,tokens\n\n13,7\n10\n11\n 12 ,3\n14\n");
        Arrivals trace = Arrivals.parse("trace:" + file);
        assertArrayEquals(
                new long[] {0, SECOND / 2, SECOND, 3 * SECOND / 2, 2 * SECOND}, trace.planned(2, 3 * SECOND, 0));
        assertArrayEquals(new long[] {0, SECOND / 2}, trace.planned(2, SECOND, 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1\\n1.5x|:2: expected seconds and found 1.5x",
                "1\\nNaN|:2: expected",
                "3\\n3|two moments",
                "|two moments"
            })
    void aTraceThatIsNoneSaysWhere(String content, String expected, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("trace");
        Files.writeString(file, content == null ? "" : content.replace("\\n", "\n"));
        refused("trace:" + file, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "uniform, there are poisson",
        "poisson:2, no arrivals poisson:2",
        "gamma, coefficient of variation",
        "gamma:0, coefficient of variation",
        "gamma:x, not x",
        "trace:nowhere, there is no trace nowhere"
    })
    void whatIsNotThereIsNamed(String arrivals, String expected) {
        refused(arrivals, expected);
    }

    private static void refused(String arrivals, String expected) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Arrivals.parse(arrivals))
                .getMessage());
        assertTrue(message.contains(expected), message);
    }
}
