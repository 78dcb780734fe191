package dev.sluice.gateway.front.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** By how much deadlines are brought forward for what comes after the batcher. */
class WayBackTest {

    private static final long MICRO = TimeUnit.MICROSECONDS.toNanos(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long START = -7;

    private final WayBack wayBack = new WayBack();

    private long allowance(Duration timeout) {
        return START + timeout.toNanos() - wayBack.deadline(timeout, START).atNanos();
    }

    @Test
    void nothingAsLongAsNothingIsKnown() {
        assertEquals(0, allowance(SECOND));
    }

    @Test
    void whatItAlwaysTakes() {
        for (int i = 0; i < 2_000; i++) {
            wayBack.took(300 * MICRO);
        }
        assertTrue(Math.abs(300 * MICRO - allowance(SECOND)) <= MICRO, "allowance " + allowance(SECOND));
    }

    @Test
    void nearlyAllOfThoseThatDiffer() {
        SplittableRandom random = new SplittableRandom(1);
        int over = 0;
        for (int i = 0; i < 20_000; i++) {
            long nanos = (long) (-Math.log(1 - random.nextDouble()) * 2_000 * MICRO);
            over += i >= 1_000 && nanos > allowance(SECOND) ? 1 : 0;
            wayBack.took(nanos);
        }
        assertTrue(over <= 0.08 * 19_000, over + " of 19000 took longer");
        assertTrue(allowance(SECOND) <= 12_000 * MICRO, "but not for ever: " + allowance(SECOND));
    }

    @Test
    void noMoreThanATenthOfTheTimeThatThereIs() {
        for (int i = 0; i < 2_000; i++) {
            wayBack.took(5_000 * MICRO);
        }
        assertEquals(1_000 * MICRO, allowance(Duration.ofMillis(10)));
    }

    @Test
    void oneThatTookMinutesCountsAsAnOddOne() {
        for (int i = 0; i < 2_000; i++) {
            wayBack.took(50 * MICRO);
        }
        wayBack.took(TimeUnit.MINUTES.toNanos(1));
        assertTrue(allowance(SECOND) < 1_000 * MICRO, "allowance " + allowance(SECOND));
    }

    @Test
    void whatSeemsToHaveTakenLessThanNothingTookNone() {
        wayBack.took(-MICRO);
        assertEquals(0, allowance(SECOND));
    }
}
