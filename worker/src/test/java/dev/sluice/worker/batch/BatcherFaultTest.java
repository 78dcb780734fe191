package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Makes the N-th run fail, for every N until the whole scenario passes untouched. */
class BatcherFaultTest {

    private static final int REQUESTS = 20;

    private final Outcomes outcomes = new Outcomes();
    private final EchoEngine echo = new EchoEngine();
    private int runs;
    private int sizeOfFailed;

    private void play(int failingRun, int instanceCount) {
        FakeInstances instances = new FakeInstances(instanceCount, batch -> {
            if (++runs != failingRun) {
                return echo.apply(batch);
            }
            sizeOfFailed = batch.size();
            return new BatchResult.Failed(EchoEngine.FAILURE);
        });
        Batcher batcher = new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(5), REQUESTS, BatchListener.NONE),
                instances,
                new FakeTicker(),
                nanos -> {});
        for (int id = 0; id < REQUESTS; id++) {
            batcher.enqueue(Requests.ofIds(id, id), outcomes.of("r" + id));
            batcher.dispatch();
            if (id % 7 == 6) {
                instances.finishNext();
            }
        }
        instances.finishAll();
    }

    private int failures() {
        int failures = 0;
        for (int id = 0; id < REQUESTS; id++) {
            if (outcomes.get("r" + id).equals(EchoEngine.FAILURE)) {
                failures++;
            } else {
                assertEquals("[" + id + ", " + id + "]", outcomes.ids("r" + id));
            }
        }
        return failures;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailedRunCostsAtMostTheOneRequestThatWasAloneInIt(int instanceCount) {
        for (int failingRun = 1; ; failingRun++) {
            BatcherFaultTest attempt = new BatcherFaultTest();
            attempt.play(failingRun, instanceCount);
            int expected = attempt.sizeOfFailed == 1 ? 1 : 0;
            assertEquals(expected, attempt.failures(), "failures when run " + failingRun + " fails");
            assertEquals(REQUESTS, attempt.outcomes.count());
            if (attempt.runs < failingRun) {
                assertTrue(failingRun > 5, "the scenario has too few runs to mean anything");
                return;
            }
        }
    }

    @Test
    void everyRunFailing() {
        FakeInstances instances = new FakeInstances(2, batch -> new BatchResult.Failed(EchoEngine.FAILURE));
        Batcher batcher = new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(5), REQUESTS, BatchListener.NONE),
                instances,
                new FakeTicker(),
                nanos -> {});
        for (int id = 0; id < REQUESTS; id++) {
            batcher.enqueue(Requests.ofIds(id), outcomes.of("r" + id));
            batcher.dispatch();
        }
        instances.finishAll();
        assertEquals(REQUESTS, failures());
    }
}
