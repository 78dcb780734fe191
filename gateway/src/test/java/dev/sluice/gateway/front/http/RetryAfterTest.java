package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Those who are refused together are spread out; nobody is told to come too early. */
class RetryAfterTest {

    private final RetryAfter retryAfter = new RetryAfter(new SplittableRandom(1));

    @Test
    void spreadsByUpToHalf() {
        long[] told = new long[20];
        for (int i = 0; i < 10_000; i++) {
            told[(int) seconds(new InferenceError.Overloaded("full", 10_000))]++;
        }
        for (int second = 0; second < told.length; second++) {
            boolean may = second >= 10 && second <= 15;
            assertEquals(may, told[second] > 0, second + " s");
        }
    }

    @Test
    void spreadsALongTimeByAQuarterOfAMinuteAtMost() {
        long latest = 0;
        for (int i = 0; i < 10_000; i++) {
            latest = Math.max(latest, seconds(new InferenceError.Overloaded("the quota of a model", 1_800_000)));
        }
        assertEquals(1_815, latest);
    }

    @Test
    void spreadsEvenASecond() {
        boolean one = false;
        boolean two = false;
        for (int i = 0; i < 100; i++) {
            long seconds = seconds(new InferenceError.Overloaded("full", 1_000));
            assertTrue(seconds == 1 || seconds == 2, seconds + " s");
            one |= seconds == 1;
            two |= seconds == 2;
        }
        assertTrue(one && two);
    }

    @Test
    void tellsTheTruthToWhoIsOverItsOwnQuota() {
        for (int i = 0; i < 100; i++) {
            assertEquals(11, seconds(new InferenceError.Throttled("slow down", "requests", 10_001)));
            assertEquals(11, seconds(new InferenceError.CircuitOpen(new ModelId("m", 1), 10_001)), "spread already");
        }
    }

    @Test
    void saysNothingWhereTryingAgainIsNoUse() {
        assertEquals(OptionalLong.empty(), retryAfter.seconds(new InferenceError.UnknownModel("no")));
    }

    private long seconds(InferenceError error) {
        return retryAfter.seconds(error).orElseThrow();
    }
}
