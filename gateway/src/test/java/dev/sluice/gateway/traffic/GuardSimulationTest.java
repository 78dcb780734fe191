package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.drift.Comparison;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Candidates of known quality under a guard, in virtual time: who is sent away, after how much harm, and who takes over. */
class GuardSimulationTest {

    private static final ModelId STABLE = new ModelId("m", 1);
    private static final ModelEndpoint CANDIDATE =
            new ModelEndpoint(new ModelId("m", 2), Crossing.endpoint("b").description());
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final InferenceError FAILED = new InferenceError.EngineFailure("r");
    private static final double MILLI = 1e6;

    private Duration promoteAfter = Duration.ofMinutes(10);
    private double disagreementPercent;
    private double drift;
    private double candidateShifts;
    private double stableFails = 0.001;
    private double candidateFails = 0.001;
    private double candidateIsSlowerBy = 1;
    private double copiesDiffer;
    private double copiesFail;
    private double copied = 0.05;
    private double latencyTimes = 2;
    private double diverted;
    private int perSecond = 100;
    private double weight = 0.05;
    private long candidateRequests;
    private long nowNanos;

    private Verdict run(long seed, Duration longest) {
        TrafficPolicy policy = new TrafficPolicy(
                weight * 100,
                "key",
                new TrafficPolicy.Shadow(0, 1, 0),
                new TrafficPolicy.Guard(
                        Duration.ofMinutes(1), 50, 1, latencyTimes, disagreementPercent, drift, promoteAfter));
        Random random = new Random(seed);
        Trial trial = new Trial(CANDIDATE, policy, null, 0);
        candidateRequests = 0;
        double due = 0;
        for (nowNanos = 0; nowNanos < longest.toNanos(); nowNanos += LOOK_NANOS) {
            for (due += perSecond * LOOK_NANOS / 1e9; due >= 1; due--) {
                request(trial, random);
            }
            Verdict verdict = trial.verdict(outputs(random), nowNanos);
            if (!(verdict instanceof Verdict.GoOn)) {
                assertInstanceOf(
                        Verdict.GoOn.class, trial.verdict(outputs(random), nowNanos + LOOK_NANOS), "once is enough");
                return verdict;
            }
        }
        return new Verdict.GoOn();
    }

    /** The sliding window of both: a thousand answers of each, a normal distribution of scores. */
    private List<Comparison> outputs(Random random) {
        return drift == 0 ? List.of() : List.of(Comparison.of(sample(random, candidateShifts), sample(random, 0)));
    }

    private static OutputSample sample(Random random, double shift) {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (shift + random.nextGaussian());
        }
        return new OutputSample("y", new int[0], values, 0);
    }

    private void request(Trial trial, Random random) {
        boolean tried = random.nextDouble() < weight;
        candidateRequests += tried ? 1 : 0;
        boolean fails = random.nextDouble() < (tried ? candidateFails : stableFails);
        double nanos = 5 * MILLI * Math.exp(random.nextGaussian() * 0.5) * (tried ? candidateIsSlowerBy : 1);
        if (tried && random.nextDouble() < diverted) {
            trial.failed();
            return;
        }
        ModelId model = tried ? CANDIDATE.model() : STABLE;
        trial.ended(
                model,
                fails ? FAILED : new InferenceResponse(model, List.of(), new Timing(0, 0, 0, 1, 0)),
                (long) nanos,
                nowNanos);
        if (copiesDiffer + copiesFail > 0 && random.nextDouble() < copied) {
            if (random.nextDouble() < copiesFail) {
                trial.copyFailed();
            } else {
                trial.compared(random.nextDouble() >= copiesDiffer);
            }
        }
    }

    private static String reason(Verdict verdict) {
        return assertInstanceOf(Verdict.Reject.class, verdict).reason();
    }

    @Test
    void oneThatIsAsGoodTakesOverInTime() {
        for (long seed = 1; seed <= 20; seed++) {
            Verdict verdict = run(seed, Duration.ofMinutes(30));
            assertInstanceOf(Verdict.Promote.class, verdict, "seed " + seed);
            assertTrue(nowNanos >= promoteAfter.toNanos());
        }
    }

    /** Two days, in which there are some ten thousand looks. */
    @Test
    void oneThatIsAsGoodIsNeverSentAway() {
        promoteAfter = Duration.ZERO;
        perSecond = 20;
        weight = 0.5;
        assertInstanceOf(Verdict.GoOn.class, run(1, Duration.ofDays(2)));
    }

    @Test
    void oneThatFailsEverythingIsSentAwayAsSoonAsThatCanBeSaid() {
        candidateFails = 1;
        for (long seed = 1; seed <= 20; seed++) {
            String reason = reason(run(seed, Duration.ofMinutes(30)));
            assertTrue(reason.contains("failed"), reason);
            assertTrue(candidateRequests < 70, candidateRequests + " requests before it was over");
        }
    }

    @Test
    void oneThatFailsAnAppreciablePartIsSentAwayAfterBoundedHarm() {
        candidateFails = 0.1;
        for (long seed = 1; seed <= 20; seed++) {
            assertTrue(reason(run(seed, Duration.ofHours(1))).contains("failed"));
            assertTrue(candidateRequests * candidateFails < 100, candidateRequests + " requests, seed " + seed);
        }
    }

    @Test
    void whatFailsBothSaysNothingAgainstTheCandidate() {
        stableFails = 0.3;
        candidateFails = 0.3;
        for (long seed = 1; seed <= 20; seed++) {
            assertTrue(!(run(seed, Duration.ofMinutes(30)) instanceof Verdict.Reject), "seed " + seed);
        }
    }

    @Test
    void oneThatTakesMuchLongerIsSentAway() {
        candidateIsSlowerBy = 4;
        for (long seed = 1; seed <= 20; seed++) {
            String reason = reason(run(seed, Duration.ofMinutes(30)));
            assertTrue(reason.contains("took longer"), reason);
        }
    }

    @Test
    void oneThatTakesALittleLongerIsNot() {
        candidateIsSlowerBy = 1.5;
        for (long seed = 1; seed <= 20; seed++) {
            assertInstanceOf(Verdict.Promote.class, run(seed, Duration.ofMinutes(30)), "seed " + seed);
        }
    }

    @Test
    void oneWhoseAnswersDifferIsSentAwayWhereThatIsLookedAt() {
        copiesDiffer = 0.2;
        assertInstanceOf(Verdict.Promote.class, run(1, Duration.ofMinutes(30)));
        disagreementPercent = 5;
        weight = 0;
        for (long seed = 1; seed <= 20; seed++) {
            assertTrue(reason(run(seed, Duration.ofMinutes(30))).contains("differed"));
        }
        copiesDiffer = 0.03;
        assertInstanceOf(Verdict.GoOn.class, run(1, Duration.ofHours(2)), "how long it takes nobody has seen");
        latencyTimes = 0;
        assertInstanceOf(Verdict.Promote.class, run(1, Duration.ofMinutes(30)), "on copies alone");
    }

    @Test
    void oneWhoseOutputsDriftIsSentAwayWhereThatIsLookedAt() {
        candidateShifts = 1;
        assertInstanceOf(Verdict.Promote.class, run(1, Duration.ofMinutes(30)), "nobody looks");
        drift = 0.25;
        for (long seed = 1; seed <= 20; seed++) {
            String reason = reason(run(seed, Duration.ofMinutes(30)));
            assertTrue(reason.contains("output y has a stability index of"), reason);
            assertTrue(nowNanos <= Duration.ofMinutes(1).toNanos(), "seed " + seed);
        }
    }

    @Test
    void oneWhoseOutputsAreTheSameTakesOver() {
        drift = 0.1;
        for (long seed = 1; seed <= 20; seed++) {
            assertInstanceOf(Verdict.Promote.class, run(seed, Duration.ofMinutes(30)), "seed " + seed);
        }
    }

    /** A normal distribution that is shifted by half of its deviation has an index of 0.25, which is the shift's square. */
    @Test
    void oneWhoseOutputsAreAtTheBoundIsNotSentAway() {
        drift = 0.25;
        candidateShifts = 0.5;
        promoteAfter = Duration.ZERO;
        for (long seed = 1; seed <= 5; seed++) {
            assertInstanceOf(Verdict.GoOn.class, run(seed, Duration.ofHours(2)), "seed " + seed);
        }
    }

    /** What is neither surely too bad nor good for ten minutes is left as it is. */
    @Test
    void oneAtTheBoundIsNeitherSentAwayNorPromoted() {
        candidateFails = 0.013;
        perSecond = 300;
        int undecided = 0;
        for (long seed = 1; seed <= 10; seed++) {
            undecided += run(seed, Duration.ofMinutes(30)) instanceof Verdict.GoOn ? 1 : 0;
        }
        assertEquals(10, undecided, 1);
    }

    @Test
    void nothingIsSaidOfAFewRequests() {
        candidateFails = 1;
        perSecond = 1;
        weight = 0.01;
        assertInstanceOf(Verdict.GoOn.class, run(1, Duration.ofMinutes(30)));
        assertTrue(candidateRequests < 50, "or the next is no wonder: " + candidateRequests);
    }

    @Test
    void oneThatFailsItsCopiesIsSentAwayThoughDisagreementIsNotLookedAt() {
        copiesFail = 1;
        weight = 0;
        for (long seed = 1; seed <= 20; seed++) {
            assertTrue(reason(run(seed, Duration.ofMinutes(30))).contains("copies failed"));
        }
    }

    /** Of a hundred copies that agree nobody learns how the few requests fare that it is sent besides. */
    @Test
    void itDoesNotTakeOverOnCopiesWhileItsRequestsFail() {
        weight = 0.0001;
        candidateFails = 1;
        copied = 1;
        copiesDiffer = 1e-9;
        perSecond = 20;
        assertInstanceOf(Verdict.GoOn.class, run(1, Duration.ofHours(6)));
        assertTrue(candidateRequests > 0, "some have failed");
    }

    /** What it is spared while its circuit is open would otherwise save it. */
    @Test
    void oneThatIsGivenHardlyAnythingIsSentAwayForWhatItWasSpared() {
        diverted = 0.99;
        for (long seed = 1; seed <= 20; seed++) {
            assertTrue(reason(run(seed, Duration.ofMinutes(30))).contains("failed"));
        }
    }

    @Test
    void withAllTheTrafficThereIsNobodyToBeComparedWith() {
        weight = 1;
        assertInstanceOf(Verdict.GoOn.class, run(1, Duration.ofHours(2)));
        latencyTimes = 0;
        assertInstanceOf(Verdict.Promote.class, run(1, Duration.ofMinutes(30)));
    }

    /** There is nobody to compare it with, so its failures count as they are. */
    @Test
    void oneThatHasAllTheTrafficIsHeldToTheBoundItself() {
        weight = 1;
        candidateFails = 0.2;
        assertTrue(reason(run(1, Duration.ofMinutes(30))).contains("failed"));
    }
}
