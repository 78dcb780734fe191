package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With at most 16 rows in a batch, and an instance that is idle unless it is said that none is. */
class FixedDelayPolicyTest {

    private static String decide(String preferred, long delay, int rows, int idle, long age) {
        List<Integer> sizes = preferred.isEmpty()
                ? List.of()
                : Arrays.stream(preferred.split(" ")).map(Integer::valueOf).toList();
        long oldest = Long.MAX_VALUE - 5; // the ticker may wrap
        QueueState queue = new QueueState(rows, rows + 100, rows, oldest, idle, 2, 0);
        BatchDecision decision =
                new FixedDelayPolicy(16, sizes, delay).decide(queue, new LatencyModel(List.of()), oldest + age);
        return switch (decision) {
            case BatchDecision.Flush(int maxRows) -> "flush " + maxRows;
            case BatchDecision.WaitUntil(long nanos) -> "until " + (nanos - oldest);
            case BatchDecision.Wait() -> "wait";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "'4 8', 100,  0,   0, wait",
        "'4 8', 100,  3,   0, until 100",
        "'4 8', 100,  3,  99, until 100",
        "'4 8', 100,  3, 100, flush 16",
        "'4 8', 100,  4,   0, flush 4",
        "'4 8', 100,  7,  99, flush 4",
        "'4 8', 100,  7, 100, flush 16",
        "'8 4', 100,  8,   0, flush 8",
        "'4 8', 100, 50,   0, flush 8",
        "'4 8', 100, 50, 100, flush 16",
        "'4 8',   0,  3,   0, flush 16",
        "'4 8',   0,  5,   0, flush 4",
        "'4 8',   0,  5, 999, flush 4",
        "'',    100, 15,   0, until 100",
        "'',    100, 16,   0, flush 16",
        "'',    100,  1, 100, flush 16",
        "'',      0,  1,   0, flush 16",
    })
    void waitsForAPreferredSizeButNoLongerThanTheDelay(
            String preferred, long delay, int rows, long age, String decision) {
        assertEquals(decision, decide(preferred, delay, rows, 1, age));
    }

    @Test
    void waitsForAnInstanceWhateverTheDelay() {
        assertEquals("wait", decide("4 8", 100, 9, 0, 500));
    }
}
