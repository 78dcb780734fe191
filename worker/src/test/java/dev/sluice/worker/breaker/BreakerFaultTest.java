package dev.sluice.worker.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.GreedyPolicy;
import dev.sluice.worker.batch.ShapeOptions;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A batcher with its breaker in front of an engine that breaks and is mended, in virtual time. */
class BreakerFaultTest {

    private static final int TOGETHER = 4;
    private static final BreakerOptions OPTIONS =
            new BreakerOptions(true, 6, 3, 50, 0, Duration.ofSeconds(5), Duration.ofSeconds(20), 2);

    private final FakeTicker ticker = new FakeTicker();
    private final EchoEngine echo = new EchoEngine();
    private final Outcomes outcomes = new Outcomes();
    private final List<CircuitState> states = new ArrayList<>();
    private boolean broken;
    private int requests;
    private final FakeInstances instances =
            new FakeInstances(2, batch -> broken ? new BatchResult.Failed(EchoEngine.FAILURE) : echo.apply(batch));
    private final Batcher batcher = new Batcher(
            Requests.MODEL,
            new BatcherOptions(
                    new GreedyPolicy(TOGETHER),
                    100,
                    List.of(),
                    BatchListener.NONE,
                    false,
                    ShapeOptions.AS_THEY_COME,
                    new ModelBreaker(
                            Requests.MODEL,
                            OPTIONS,
                            ticker,
                            new SplittableRandom(7),
                            (state, until) -> states.add(state))),
            instances,
            ticker,
            nanos -> {});

    private void come(int count) {
        for (int i = 0; i < count; i++) {
            batcher.enqueue(Requests.ofIds(requests), outcomes.of("r" + requests));
            requests++;
        }
        batcher.dispatch();
    }

    private void comeAndRun(int count) {
        come(count);
        instances.finishAll();
        assertEquals(requests, outcomes.count());
    }

    private Class<?> lastOutcome() {
        return outcomes.get("r" + (requests - 1)).getClass();
    }

    private void breakUntilOpen() {
        broken = true;
        for (int batch = 0; batch < 3; batch++) {
            assertEquals(List.of(), states);
            comeAndRun(TOGETHER);
            assertEquals(InferenceError.EngineFailure.class, lastOutcome());
        }
        assertEquals(List.of(CircuitState.OPEN), states);
    }

    @Test
    void failsThenRefusesThenProbesThenServes() {
        comeAndRun(TOGETHER);
        comeAndRun(TOGETHER);
        assertEquals(InferenceResponse.class, lastOutcome());
        states.clear();
        broken = true;
        comeAndRun(TOGETHER);
        comeAndRun(TOGETHER);
        assertEquals(List.of(CircuitState.OPEN), states);
        int ran = instances.started().size();
        comeAndRun(50);
        assertEquals(InferenceError.CircuitOpen.class, lastOutcome());
        assertEquals(ran, instances.started().size(), "nothing runs while it is open");
        broken = false;
        ticker.advance(Duration.ofSeconds(5).toNanos());
        come(8);
        assertEquals(List.of(1, 1), instances.startedRows().subList(ran, ran + 2));
        assertEquals(ran + 2, instances.started().size(), "the others wait for the probes");
        instances.finishAll();
        assertEquals(requests, outcomes.count());
        assertEquals(InferenceResponse.class, lastOutcome());
        assertEquals(List.of(CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.CLOSED), states);
    }

    @Test
    void whoWaitedForTheProbesIsRefusedWhenTheyFail() {
        breakUntilOpen();
        ticker.advance(Duration.ofSeconds(5).toNanos());
        int first = requests;
        comeAndRun(8);
        assertEquals(List.of(CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.OPEN), states);
        for (int id = first; id < requests; id++) {
            Class<?> expected = id < first + 2 ? InferenceError.EngineFailure.class : InferenceError.CircuitOpen.class;
            assertInstanceOf(expected, outcomes.get("r" + id), "r" + id);
        }
    }

    @Test
    void aFloodOfPoisonInCompanyNeverOpensIt() {
        for (int round = 0; round < 50; round++) {
            for (int member = 0; member < TOGETHER - 1; member++) {
                echo.poison(requests + member);
            }
            comeAndRun(TOGETHER);
            assertEquals(InferenceResponse.class, lastOutcome());
        }
        assertEquals(List.of(), states);
        assertTrue(instances.startedRows().stream()
                        .filter(rows -> rows == TOGETHER)
                        .count()
                >= 50);
    }
}
