package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When those are to come back who find no place, in virtual time. */
class MeanStayTest {

    private static final int PLACES = 8;

    private final FakeTicker ticker = new FakeTicker();
    private final RateLimits limits = new RateLimits(
            new LimitOptions(List.of(), List.of("one: 1 concurrent", "two: 1 concurrent"), 1024),
            ticker,
            LimitListener.NONE);
    private final AdmissionControl control = new AdmissionControl(
            new AdmitOptions(
                    PLACES, 1000, "none", Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO, Duration.ZERO),
            limits,
            ticker);

    private Admission.Admitted admit() {
        return assertInstanceOf(Admission.Admitted.class, control.admit(Crossing.request("r", 0)));
    }

    private long millisNamed() {
        InferenceError why = assertInstanceOf(Admission.Refused.class, control.admit(Crossing.request("r", 0)))
                .error();
        return assertInstanceOf(InferenceError.Overloaded.class, why).retryAfterMillis();
    }

    /** All places are always taken, by requests that take their time around a mean; then so many more end at once. */
    private void play(long meanMillis, int requests, SplittableRandom random) {
        Queue<Admission.Admitted> inside = new ArrayDeque<>();
        for (int i = 0; i < PLACES; i++) {
            inside.add(admit());
        }
        for (int i = 0; i < requests; i++) {
            ticker.set(ticker.nanos() + random.nextLong(2 * meanMillis * 1_000_000 / PLACES));
            inside.remove().permit().release(Verdict.SUCCESS);
            inside.add(admit());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000, 5_000, 20_000})
    void namesTheTimeThatRequestsTake(long meanMillis) {
        for (int seed = 0; seed < 100; seed++) {
            new MeanStayTest().playAndCompare(meanMillis, seed);
        }
    }

    private void playAndCompare(long meanMillis, int seed) {
        play(meanMillis, 200, new SplittableRandom(seed));
        double ratio = (double) millisNamed() / meanMillis;
        assertTrue(ratio > 0.7 && ratio < 1.4, "seed " + seed + ": " + ratio + " of the time that requests take");
    }

    @Test
    void isASecondAtLeastAndHalfAMinuteAtMost() {
        play(1, 200, new SplittableRandom(1));
        assertEquals(1000, millisNamed());
        MeanStayTest slow = new MeanStayTest();
        slow.play(300_000, 200, new SplittableRandom(1));
        assertEquals(30_000, slow.millisNamed());
    }

    @Test
    void anHourWithoutRequestsChangesNothing() {
        play(5_000, 200, new SplittableRandom(1));
        long before = millisNamed();
        ticker.set(ticker.nanos() + Duration.ofHours(1).toNanos());
        assertEquals(before, millisNamed());
    }

    @Test
    void theSameHoldsForBytes() {
        play(5_000, 200, new SplittableRandom(1));
        InferenceError why = assertThrows(
                        InferenceException.class, () -> control.bodies().reserve(1001))
                .error();
        assertEquals(
                millisNamed(),
                assertInstanceOf(InferenceError.Overloaded.class, why).retryAfterMillis());
    }

    @Test
    void aModelsLimitNamesTheTimeOfItsOwnRequests() {
        for (String model : List.of("one", "two")) {
            for (int i = 0; i < 100; i++) {
                Admission.Admitted entered = begin(model);
                ticker.set(ticker.nanos()
                        + Duration.ofSeconds(model.equals("one") ? 4 : 9).toNanos());
                entered.permit().release(Verdict.IGNORED);
            }
        }
        begin("one");
        begin("two");
        assertEquals(4000, refusal("one").retryAfterMillis());
        assertEquals(9000, refusal("two").retryAfterMillis());
    }

    private Admission.Admitted begin(String model) {
        return assertInstanceOf(Admission.Admitted.class, limits.begin("somebody", model));
    }

    private InferenceError.Overloaded refusal(String model) {
        Admission.Refused refused = assertInstanceOf(Admission.Refused.class, limits.begin("somebody", model));
        return assertInstanceOf(InferenceError.Overloaded.class, refused.error());
    }
}
