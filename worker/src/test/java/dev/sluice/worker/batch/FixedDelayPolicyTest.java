package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With at most 16 rows in a batch, and an instance that is idle unless it is said that none is. */
class FixedDelayPolicyTest {

    private static final long OLDEST = Long.MAX_VALUE - 5; // the ticker may wrap

    private static String decide(String preferred, long delay, int rows, int idle, long age) {
        List<Integer> sizes = preferred.isEmpty()
                ? List.of()
                : Arrays.stream(preferred.split(" ")).map(Integer::valueOf).toList();
        QueueState queue = new QueueState(rows, rows + 100, rows, OLDEST, OLDEST + rows + 1_000_000, idle, 2, 0);
        return decide(new FixedDelayPolicy(16, sizes, delay), queue, List.of(), age);
    }

    /** For one request that prefers three more, with a delay of 100. */
    private static String decide(long patience, long age, List<LatencyPoint> profile) {
        QueueState queue = new QueueState(1, 1, 1, OLDEST, OLDEST + patience, 1, 2, 0);
        return decide(new FixedDelayPolicy(16, List.of(4), 100), queue, profile, age);
    }

    private static String decide(FixedDelayPolicy policy, QueueState queue, List<LatencyPoint> profile, long age) {
        return switch (policy.decide(queue, new LatencyModel(profile), OLDEST + age)) {
            case BatchDecision.Flush(int maxRows) -> "flush " + maxRows;
            case BatchDecision.WaitUntil(long nanos) -> "until " + (nanos - OLDEST);
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

    /** A run takes 30. */
    @Test
    void waitsNoLongerThanLeavesTimeForTheRun() {
        List<LatencyPoint> profile = IntStream.range(0, 16)
                .mapToObj(i -> new LatencyPoint(1 + i % 2, 30))
                .toList();
        long safe = new LatencyModel(profile).safeNanos(1);
        assertEquals("until " + (80 - safe), decide(80, 0, profile));
        assertEquals("flush 16", decide(80, 80 - safe, profile));
        assertEquals("until 100", decide(100 + safe, 0, profile));
    }

    @Test
    void waitsForHalfOfTheTimeWhenItDoesNotKnowHowLongARunTakes() {
        assertEquals("until 40", decide(80, 0, List.of()));
        assertEquals("flush 16", decide(80, 40, List.of()));
    }
}
