package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources that fail are tried again after growing waits, and not for ever. */
class AttemptsTest {

    private final SourceException soon = SourceException.soon("away", null);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void waitsGrowByDoublesWithAtMostHalfAsMuchOnTop(long seed) {
        Attempts attempts = new Attempts(Duration.ofDays(1), new SplittableRandom(seed));
        long base = 500;
        for (int i = 0; i < 12; i++) {
            long wait = attempts.next(soon, false).orElseThrow().toMillis();
            assertTrue(wait >= base && wait < base + base / 2, i + ": " + wait);
            base = Math.min(30_000, base * 2);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itEndsWithinTheBound(long seed) {
        Attempts attempts = new Attempts(Duration.ofSeconds(10), new SplittableRandom(seed));
        long waited = 0;
        int tries = 0;
        for (Optional<Duration> wait = attempts.next(soon, false);
                wait.isPresent();
                wait = attempts.next(soon, false)) {
            waited += wait.get().toMillis();
            tries++;
        }
        assertTrue(waited <= 10_000, waited + " ms");
        assertTrue(tries >= 3, tries + " tries");
    }

    @Test
    void whatProgressesIsTriedOnAndOn() {
        Attempts attempts = new Attempts(Duration.ofSeconds(2), new SplittableRandom(1));
        for (int i = 0; i < 100; i++) {
            assertTrue(attempts.next(soon, true).orElseThrow().toMillis() < 750);
        }
    }

    @Test
    void aServerIsLeftAloneAsLongAsItWants() {
        SourceException busy = SourceException.ofStatus("x", 503, "", Duration.ofSeconds(7));
        Attempts attempts = new Attempts(Duration.ofSeconds(10), new SplittableRandom(1));
        assertEquals(Duration.ofSeconds(7), attempts.next(busy, false).orElseThrow());
        assertFalse(attempts.next(busy, false).isPresent(), "14 s are more than 10");
    }

    @ParameterizedTest
    @EnumSource(names = {"NEVER", "LATER"})
    void whatWaitingDoesNotHelpIsNotTriedAgain(SourceException.Again again) {
        Attempts attempts = new Attempts(Duration.ofHours(1), new SplittableRandom(1));
        assertFalse(attempts.next(new SourceException(again, "no"), true).isPresent());
    }

    @Test
    void whoWaitsForAnotherLooksOftenAndNotForEver() {
        SourceException taken = new SourceException(SourceException.Again.TAKEN, "taken");
        Attempts attempts = new Attempts(Duration.ofSeconds(10), new SplittableRandom(1));
        long waited = 0;
        for (Optional<Duration> wait = attempts.next(taken, false);
                wait.isPresent();
                wait = attempts.next(taken, false)) {
            assertTrue(wait.get().toMillis() < 750, wait.toString());
            waited += wait.get().toMillis();
        }
        assertTrue(waited > 9_000 && waited <= 10_000, waited + " ms");
    }

    @Test
    void laterRoundsAreAMinuteToThreeQuartersOfAnHourApart() {
        SplittableRandom random = new SplittableRandom(1);
        long first = Attempts.later(0, random).toMillis();
        assertTrue(first >= 60_000 && first < 90_000, first + " ms");
        long last = Attempts.later(1000, random).toMillis();
        assertTrue(last >= 1_800_000 && last < 2_700_000, last + " ms");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void theseStatusesPass(int status) {
        assertEquals(
                SourceException.Again.SOON,
                SourceException.ofStatus("x", status, "", Duration.ZERO).again());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 410})
    void theseNeedSomebody(int status) {
        assertEquals(
                SourceException.Again.LATER,
                SourceException.ofStatus("x", status, "", Duration.ZERO).again());
    }

    @Test
    void aKiBInASecondIsEnough() {
        Pace pace = new Pace(Duration.ofSeconds(2), 0);
        assertTrue(pace.keepsUp(1, 1_999_999_999L));
        assertTrue(pace.keepsUp(2047, 2_000_000_000L));
        assertFalse(pace.keepsUp(2047, 4_000_000_000L), "what came before does not count");
    }
}
