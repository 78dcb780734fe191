package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.traffic.Trial.Totals;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts for and against a candidate, and when copies may set out. */
class TrialTest {

    private static final ModelId STABLE = new ModelId("m", 1);
    private static final ModelId CANDIDATE = new ModelId("m", 2);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final TrafficPolicy policy = new TrafficPolicy(
            5,
            "key",
            new TrafficPolicy.Shadow(100, 2, 0),
            new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 2, 0, 0, Duration.ZERO));
    private final ModelEndpoint endpoint =
            new ModelEndpoint(CANDIDATE, Crossing.endpoint("b").description());
    private final Trial trial = new Trial(endpoint, policy, null, 0);

    @Test
    void onlyWhatIsTheServersFaultIsAFailure() {
        trial.ended(CANDIDATE, new InferenceResponse(CANDIDATE, List.of(), new Timing(0, 0, 0, 1, 0)), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.EngineFailure("r"), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.DeadlineExceeded("queue"), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.Overloaded("full", 1), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.CircuitOpen(CANDIDATE, 1), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.InvalidRequest("x", "wrong"), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.Cancelled(), 1, 0);
        trial.ended(CANDIDATE, new InferenceError.Draining(), 1, 0);
        trial.ended(STABLE, new InferenceError.EngineFailure("r"), 1, 0);
        trial.compared(true);
        trial.compared(false);
        trial.copyFailed();
        assertEquals(new Totals(1, 1, 5, 4, 3, 2), trial.totals());
        trial.failed();
        assertEquals(new Totals(1, 1, 6, 5, 3, 2), trial.totals());
    }

    @Test
    void copiesAreBounded() {
        assertTrue(trial.beginCopy(2));
        assertTrue(trial.beginCopy(2));
        assertFalse(trial.beginCopy(2));
        trial.copyEnded();
        assertTrue(trial.beginCopy(2));
        assertFalse(trial.beginCopy(2));
    }

    @Test
    void copiesRestWhenSomebodyIsTurnedAwayOrLate() {
        assertFalse(trial.copiesRest(0));
        trial.ended(STABLE, new InferenceError.Overloaded("full", 1), 1, 5 * SECOND);
        assertTrue(trial.copiesRest(5 * SECOND + 1));
        assertFalse(trial.copiesRest(6 * SECOND));
        trial.ended(STABLE, new InferenceError.DeadlineExceeded("queue"), 1, 7 * SECOND);
        assertTrue(trial.copiesRest(7 * SECOND + 1));
        trial.ended(STABLE, new InferenceError.EngineFailure("r"), 1, 20 * SECOND);
        assertFalse(trial.copiesRest(20 * SECOND), "which has nothing to do with room");
    }

    @Test
    void aFewThatTheStableVersionFailedExcuseNobody() {
        TrafficPolicy.Guard guard =
                new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 0, 0, 0, Duration.ofMinutes(1));
        Trial bad = new Trial(endpoint, new TrafficPolicy(99, "key", policy.shadow(), guard), null, 0);
        for (int i = 0; i < 3; i++) {
            bad.ended(STABLE, new InferenceError.EngineFailure("r"), 1, 0);
        }
        for (int i = 0; i < 100; i++) {
            bad.ended(
                    CANDIDATE,
                    i % 5 == 0
                            ? new InferenceError.EngineFailure("r")
                            : new InferenceResponse(CANDIDATE, List.of(), new Timing(0, 0, 0, 1, 0)),
                    1,
                    0);
        }
        assertInstanceOf(Verdict.GoOn.class, bad.verdict(List.of(), 60 * SECOND));
    }

    @Test
    void oneThatFitsNobodyIsSentAwayAtOnceAndAgainIfThatCouldNotBeDone() {
        Trial misfit = new Trial(endpoint, policy, "it has other inputs", 0);
        assertEquals(new Verdict.Reject("it has other inputs"), misfit.verdict(List.of(), SECOND));
        assertInstanceOf(Verdict.GoOn.class, misfit.verdict(List.of(), 2 * SECOND));
        misfit.reopen(3 * SECOND);
        assertInstanceOf(Verdict.GoOn.class, misfit.verdict(List.of(), 4 * SECOND), "not at once");
        assertInstanceOf(Verdict.Reject.class, misfit.verdict(List.of(), 13 * SECOND));
    }
}
