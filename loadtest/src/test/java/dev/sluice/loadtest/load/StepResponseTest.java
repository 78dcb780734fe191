package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A run of 12 seconds, whose load steps up after 4 and back after 8. */
final class StepResponseTest {

    private static final long MILLI = 1_000_000;

    private final Windows windows = new Windows(100 * MILLI);
    private final StepResponse response = new StepResponse(windows, 12, 0.2);

    private void every(long gapMillis, long fromMillis, long toMillis, Outcome outcome) {
        for (long at = fromMillis; at < toMillis; at += gapMillis) {
            windows.end(at * MILLI, outcome);
        }
    }

    @Test
    void theFirstSecondIsHeldAgainstTheRest() {
        every(1, 4_000, 4_200, Outcome.LATE); // still settling
        every(20, 4_200, 5_200, Outcome.IN_TIME);
        every(10, 5_200, 8_000, Outcome.IN_TIME);
        every(1, 8_000, 12_000, Outcome.IN_TIME);
        assertEquals(50, response.afterTheStep(), 1e-6);
        assertEquals(100, response.steady(), 1e-6);
    }

    @Test
    void refusalsCountFromASecondAfterTheStepBack() {
        every(10, 4_000, 9_000, Outcome.OVERLOADED);
        assertEquals(0, response.refusedAfterTheStepBack());
        every(100, 9_000, 9_300, Outcome.OVERLOADED);
        every(100, 11_000, 11_200, Outcome.EXPIRED);
        windows.end(12_500 * MILLI, Outcome.THROTTLED);
        every(10, 9_000, 12_000, Outcome.IN_TIME);
        every(10, 9_000, 12_000, Outcome.LATE);
        assertEquals(6, response.refusedAfterTheStepBack());
    }

    @Test
    void recoveredIsWhatWasMeantForTheLastTwoSeconds() {
        long[] planned = LongStream.range(0, 1_200).map(i -> 10 * i * MILLI).toArray();
        every(10, 0, 10_000, Outcome.IN_TIME);
        assertEquals(0, response.recovered(planned));
        every(20, 10_000, 12_000, Outcome.IN_TIME);
        assertEquals(0.5, response.recovered(planned), 1e-9);
        assertEquals(0, response.recovered(new long[0]));
    }

    @Test
    void whatHasNoWindowsHasNoGoodput() {
        assertEquals(0, response.afterTheStep());
        assertEquals(0, response.steady());
        assertEquals(0, response.refusedAfterTheStepBack());
    }
}
