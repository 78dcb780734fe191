package dev.sluice.worker.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatchVerdict;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.fake.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The states of one circuit in virtual time, fed with verdicts. */
class ModelBreakerTest {

    private static final ModelId MODEL = new ModelId("digits", 1);
    private static final BreakerOptions OPTIONS =
            new BreakerOptions(true, 6, 4, 50, 0, Duration.ofSeconds(5), Duration.ofSeconds(20), 2);

    private final FakeTicker ticker = new FakeTicker();
    private final List<String> changes = new ArrayList<>();
    private ModelBreaker breaker = breaker(OPTIONS);

    private ModelBreaker breaker(BreakerOptions options) {
        return new ModelBreaker(
                MODEL,
                options,
                ticker,
                new SplittableRandom(1),
                (state, until) -> changes.add(
                        state == CircuitState.OPEN
                                ? "OPEN for " + TimeUnit.NANOSECONDS.toSeconds(until - ticker.nanos())
                                : state.toString()));
    }

    private void batch(BatchVerdict verdict, String client, double timesExpected) {
        breaker.ended(new BatchGate.Ended(breaker.begin(), verdict, Set.of(client), timesExpected));
    }

    /** F, A or I for each batch; a digit behind it is its client. */
    private void play(String batches) {
        for (String batch : batches.split(" ")) {
            BatchVerdict verdict = Arrays.stream(BatchVerdict.values())
                    .filter(value -> value.name().charAt(0) == batch.charAt(0))
                    .findFirst()
                    .orElseThrow();
            batch(verdict, batch.substring(1), 1);
        }
    }

    private void secondsPass(long seconds) {
        ticker.advance(TimeUnit.SECONDS.toNanos(seconds));
    }

    private long retryAfterMillis() {
        InferenceError error = breaker.refusal();
        return assertInstanceOf(InferenceError.CircuitOpen.class, error).retryAfterMillis();
    }

    @ParameterizedTest
    @CsvSource({
        "F F F, ''", // fewer than there must be
        "F F F F, OPEN for 5",
        "A A F F, OPEN for 5", // half of them
        "A A A F F, ''",
        "A A A F F F, OPEN for 5",
        "A A A A A A A A A A F F F, OPEN for 5", // what the window has left behind does not count
        "I I I I I I, ''", // sheds, cancels, client errors
        "F F F I I I I, ''",
        "F F F I I F, OPEN for 5",
    })
    void opensWhenHalfOfTheLastBatchesHaveFailed(String batches, String expected) {
        play(batches);
        assertEquals(expected, changes.stream().collect(Collectors.joining(",")));
        assertEquals(expected.isEmpty(), breaker.refusal() == null);
    }

    @Test
    void whatIsWithdrawnCountsOnlyIfItWasSlowAlready() {
        breaker = breaker(new BreakerOptions(true, 6, 4, 50, 10, Duration.ofSeconds(5), Duration.ofSeconds(20), 2));
        for (int i = 0; i < 10; i++) {
            batch(BatchVerdict.WITHDRAWN, "hasty", 10);
        }
        assertEquals(List.of(), changes);
        for (int i = 0; i < 4; i++) {
            batch(BatchVerdict.WITHDRAWN, "patient", 11);
        }
        assertEquals(List.of("OPEN for 5"), changes);
    }

    @Test
    void withoutAFactorNothingThatIsWithdrawnCounts() {
        for (int i = 0; i < 10; i++) {
            batch(BatchVerdict.WITHDRAWN, "patient", 1000);
        }
        assertEquals(List.of(), changes);
    }

    @Test
    void aNeverSlowModelIsNotOpenedByTime() {
        for (int i = 0; i < 20; i++) {
            batch(BatchVerdict.ANSWERED, "a", 1e6);
        }
        assertEquals(List.of(), changes);
    }

    @ParameterizedTest
    @CsvSource({"2.9, 0", "3.1, 1", "0, 0"})
    void slowIsAMultipleOfWhatWasExpected(double timesExpected, int opened) {
        breaker = breaker(OPTIONS.withSlowFactor(3));
        for (int i = 0; i < 4; i++) {
            batch(BatchVerdict.ANSWERED, "a", timesExpected);
        }
        assertEquals(opened, changes.size());
    }

    @Test
    void refusesUntilItsTimeIsOverAndSaysWhenToComeBack() {
        play("F F F F");
        for (int i = 0; i < 100; i++) {
            long millis = retryAfterMillis();
            assertTrue(millis > 5000 && millis <= 6251, millis + " ms");
        }
        secondsPass(4);
        assertTrue(retryAfterMillis() <= 1251);
        secondsPass(1);
        assertNull(breaker.refusal());
        assertTrue(breaker.isProbing());
        assertEquals(List.of("OPEN for 5", "HALF_OPEN"), changes);
    }

    @Test
    void letsOnlyItsProbesRunUntilTheyHaveDecided() {
        openAndWait(5);
        assertTrue(breaker.mayRun());
        long first = breaker.begin();
        assertTrue(breaker.mayRun());
        long second = breaker.begin();
        assertFalse(breaker.mayRun());
        breaker.ended(new BatchGate.Ended(first, BatchVerdict.ANSWERED, Set.of("a"), 1));
        assertFalse(breaker.mayRun());
        breaker.ended(new BatchGate.Ended(second, BatchVerdict.ANSWERED, Set.of("a"), 1));
        assertTrue(breaker.mayRun());
        assertFalse(breaker.isProbing());
        assertEquals(List.of("OPEN for 5", "HALF_OPEN", "CLOSED"), changes);
    }

    @Test
    void aProbeThatSaysNothingIsFollowedByAnother() {
        openAndWait(5);
        play("I I I A A");
        assertEquals("CLOSED", changes.getLast());
    }

    private void openAndWait(long seconds) {
        play("F F F F");
        secondsPass(seconds);
        assertNull(breaker.refusal());
    }

    @Test
    void staysOpenTwiceAsLongEachTimeThatTheProbesFail() {
        play("F F F F");
        for (int seconds : new int[] {5, 10, 20, 20}) {
            assertEquals("OPEN for " + seconds, changes.getLast());
            secondsPass(seconds - 1);
            assertTrue(retryAfterMillis() > 0);
            secondsPass(1);
            assertNull(breaker.refusal());
            play("F F");
        }
        secondsPass(20);
        assertNull(breaker.refusal());
        play("A A");
        assertEquals("CLOSED", changes.getLast());
        play("F F F F");
        assertEquals("OPEN for 5", changes.getLast());
    }

    @Test
    void aBatchThatEndsInAnotherStateThanItBeganInDoesNotCount() {
        long old = breaker.begin();
        openAndWait(5);
        for (int i = 0; i < 5; i++) {
            breaker.ended(new BatchGate.Ended(old, BatchVerdict.FAILED, Set.of("a"), 0));
        }
        assertTrue(breaker.mayRun());
        play("A A");
        assertEquals("CLOSED", changes.getLast());
    }

    @Test
    void aPoisonerDoesNotOpenTheCircuitForOthers() {
        play("F1 A2 F1 F1 F1 F1 F1 F1 F1 F1 A2 F1 F1 F1");
        assertEquals(List.of(), changes);
    }

    @Test
    void manyPoisonersDoNotEither() {
        play("A4 A4 A4 A4 F1 A4 F2 A4 F1 F2 F1 F2 F1 F2 A4 F1 F2 F2 F1");
        assertEquals(List.of(), changes);
    }

    @Test
    void aPoisonerWhoWasAloneCostsOthersOneOpening() {
        play("F1 F1 F1 F1");
        secondsPass(5);
        assertNull(breaker.refusal());
        play("A2 F1 F1 F1 A2 F1 F1 F1 F1");
        assertEquals(List.of("OPEN for 5", "HALF_OPEN", "CLOSED"), changes);
    }

    @Test
    void whoWasAnsweredIsNoPoisoner() {
        play("F1 A2 A1 F1 F1 F1");
        assertEquals(List.of("OPEN for 5"), changes);
    }

    @Test
    void aModelThatFailsEverybodyIsFoundOutInSpiteOfSuspects() {
        play("F1 A2 F1 F2 F3 F1 F2 F3 F1");
        assertEquals(List.of("OPEN for 5"), changes);
    }

    @Test
    void aBatchOfSuspectsAndOthersCounts() {
        play("F1 A2");
        for (int i = 0; i < 2; i++) {
            breaker.ended(new BatchGate.Ended(breaker.begin(), BatchVerdict.FAILED, Set.of("1", "3"), 0));
        }
        assertEquals(List.of("OPEN for 5"), changes);
    }
}
