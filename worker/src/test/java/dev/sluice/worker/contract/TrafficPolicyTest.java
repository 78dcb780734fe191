package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.TrafficPolicy.Guard;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrafficPolicyTest {

    private static Guard of(int minRequests) {
        return new Guard(Duration.ofMinutes(1), minRequests, 1, 2, 0, 0.25, Duration.ZERO);
    }

    /** Or a bound on drift would never be looked at, however long the trial. */
    @Test
    void noMoreSamplesAreWaitedForThanAreEverKept() {
        assertEquals(50, of(50).minSamples());
        assertEquals(OutputSample.MOST_AWAITED, of(1_000_000).minSamples());
    }
}
