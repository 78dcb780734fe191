package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flush whenever there is work and someone to do it. */
class GreedyPolicyTest {

    @ParameterizedTest
    @CsvSource({"0, 0, 0, false", "0, 0, 1, false", "1, 1, 0, false", "1, 0, 1, true", "1, 1, 1, true", "9, 90, 2, true"
    })
    void flushesWhenSomethingWaitsAndAnInstanceIsIdle(int requests, int rows, int idle, boolean flush) {
        BatchDecision expected = flush ? new BatchDecision.Flush(32) : new BatchDecision.Wait();
        assertEquals(expected, new GreedyPolicy(32).decide(requests, rows, idle, 0));
    }
}
