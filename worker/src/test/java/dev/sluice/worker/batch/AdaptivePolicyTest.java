package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Never waits while an instance is idle, and asks for no larger batches than are of use. */
class AdaptivePolicyTest {

    private static final long FAR = 1L << 40;

    private static final LatencyModel NOTHING_KNOWN = new LatencyModel(List.of());

    private static LatencyModel line(long batchNanos, long rowNanos) {
        return new LatencyModel(IntStream.range(0, 28)
                .mapToObj(i -> 1 << i % 14)
                .map(rows -> new LatencyPoint(rows, batchNanos + rowNanos * rows))
                .toList());
    }

    private static BatchDecision decide(AdaptivePolicy policy, LatencyModel latency, int instances, long batches) {
        return policy.decide(new QueueState(1000, 1000, 1000, 0, FAR, 1, instances, batches), latency, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0, false", "0, 0, 1, false", "1, 1, 0, false", "1, 0, 1, true", "1, 1, 1, true", "9, 90, 2, true"
    })
    void flushesWhenSomethingWaitsAndAnInstanceIsIdle(int requests, int rows, int idle, boolean flush) {
        BatchDecision expected = flush ? new BatchDecision.Flush(32) : new BatchDecision.Wait();
        QueueState queue = new QueueState(requests, rows, rows, 0, FAR, idle, 2, 0);
        assertEquals(expected, new AdaptivePolicy(32, AdaptivePolicy.NO_SLO).decide(queue, NOTHING_KNOWN, 0));
    }

    @ParameterizedTest
    @CsvSource({"0, 1000000, 1", "9000, 1200, 375", "60000, 100000, 30", "1000000, 1, 5000"})
    void staysAtTheSizeBeyondWhichNothingIsGained(long batchNanos, long rowNanos, int rows) {
        AdaptivePolicy policy = new AdaptivePolicy(5000, AdaptivePolicy.NO_SLO);
        BatchDecision.Flush flush = (BatchDecision.Flush) decide(policy, line(batchNanos, rowNanos), 1, 0);
        assertEquals(rows, flush.maxRows(), rows * 0.05);
    }

    @Test
    void triesALargerBatchNowAndThen() {
        AdaptivePolicy policy = new AdaptivePolicy(64, AdaptivePolicy.NO_SLO);
        LatencyModel flat = line(0, 1_000_000);
        List<Integer> sizes = IntStream.range(0, 64)
                .mapToObj(batches -> ((BatchDecision.Flush) decide(policy, flat, 1, batches)).maxRows())
                .toList();
        assertEquals(62, sizes.stream().filter(size -> size == 1).count());
        assertEquals(2, sizes.stream().filter(size -> size == 2).count());
    }

    @ParameterizedTest
    @CsvSource({"1, 9", "2, 12", "4, 15"})
    void leavesTheObjectiveTimeForTheBatchBefore(int instances, int rows) {
        AdaptivePolicy policy = new AdaptivePolicy(64, 20_000_000);
        assertEquals(new BatchDecision.Flush(rows), decide(policy, line(1_000_000, 999_000), instances, 0));
    }

    @Test
    void anObjectiveThatCannotBeKeptStillLetsOneRowGo() {
        AdaptivePolicy policy = new AdaptivePolicy(64, 1000);
        assertEquals(new BatchDecision.Flush(1), decide(policy, line(1_000_000, 1_000_000), 1, 0));
    }
}
