package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Two batchers on a device with one place, each with two instances. */
class SharedInstancesTest {

    private static final int MAX_ROWS = 8;
    private static final long SECOND = 1_000_000_000;

    private final DeviceTurns device = new DeviceTurns(1);
    private final FakeTicker ticker = new FakeTicker();
    private final Outcomes outcomes = new Outcomes();
    private final Model left = new Model();
    private final Model right = new Model();

    private final class Model {

        final FakeInstances instances = new FakeInstances(2, new EchoEngine());
        final DeviceShare share = new DeviceTurns.Stake(device, 1).join(this::useTurn);
        final SharedInstances shared = new SharedInstances(instances, share, ticker);
        final Batcher batcher = new Batcher(
                Requests.MODEL,
                new BatcherOptions(new GreedyPolicy(MAX_ROWS), 100, BatchListener.NONE),
                shared,
                ticker,
                nanos -> {});

        private void useTurn() {
            batcher.dispatch();
            share.pass();
        }

        /** Has run so often, each time for so long. */
        void learn(long nanos, int runs) {
            for (int run = 0; run < runs; run++) {
                ask("learning " + run, 1);
                ticker.advance(nanos);
                instances.finishNext();
            }
        }

        Pending ask(String name, int id) {
            Pending pending = batcher.enqueue(Requests.ofIds(id), outcomes.of(name));
            batcher.dispatch();
            return pending;
        }
    }

    @Test
    void aBatchIsFormedOnlyWhenThereIsAPlaceForIt() {
        left.ask("l1", 1);
        right.ask("r1", 1);
        right.ask("r2", 2);
        assertEquals(0, right.instances.running());
        right.ask("r3", 3);
        ticker.advance(100);
        left.instances.finishNext();
        assertEquals(List.of(3), right.instances.startedRows());
    }

    @Test
    void modelsThatBothHaveMoreToDoTakeTurns() {
        for (int id = 1; id <= 3; id++) {
            left.ask("l" + id, id);
            right.ask("r" + id, id);
        }
        ticker.advance(100);
        left.instances.finishNext();
        assertEquals(List.of(0, 1), List.of(left.instances.running(), right.instances.running()));
        ticker.advance(50);
        right.instances.finishNext();
        assertEquals(List.of(1, 0), List.of(left.instances.running(), right.instances.running()));
        left.instances.finishNext();
        assertEquals("[3]", outcomes.ids("l3"));
        assertEquals(1, device.free());
    }

    @Test
    void aTurnForWhomEverybodyHasGoneIsPassedOn() {
        left.ask("l1", 1);
        Pending gone = right.ask("r1", 1);
        gone.cancel();
        left.instances.finishNext();
        assertEquals(0, right.instances.running());
        assertEquals(1, device.free());
    }

    /** The queue would ask for a longer run, and the turn would be had for that. */
    @Test
    void whoRunsAgainIsTheOnlyOneToAskForATurn() {
        List<Long> asked = new ArrayList<>();
        boolean[] mayRun = {true};
        FakeInstances instances = new FakeInstances(2, new EchoEngine().poison(2));
        BatchRunner asking = new BatchRunner() {
            @Override
            public int idleInstances() {
                return instances.idleInstances();
            }

            @Override
            public boolean claim(long expectedNanos) {
                asked.add(expectedNanos);
                return mayRun[0] && instances.idleInstances() > 0;
            }

            @Override
            public void run(Batch batch, Consumer<BatchResult> done) {
                instances.run(batch, done);
            }
        };
        BatcherOptions options = new BatcherOptions(new GreedyPolicy(MAX_ROWS), 100, BatchListener.NONE);
        Batcher batcher = new Batcher(Requests.MODEL, options, asking, ticker, nanos -> {});
        batcher.enqueue(Requests.ofIds(1), outcomes.of("l1"));
        batcher.enqueue(Requests.ofIds(2), outcomes.of("l2"));
        batcher.dispatch();
        mayRun[0] = false;
        batcher.enqueue(Requests.ofIds(3, 4, 5), outcomes.of("l3"));
        asked.clear();
        instances.finishNext();
        assertEquals(1, asked.size());
        mayRun[0] = true;
        batcher.dispatch();
        instances.finishAll();
        assertEquals(List.of(2, 1, 1, 3), instances.startedRows());
    }

    @Test
    void aRunThatIsLongOverdueGivesBackItsPlace() {
        left.learn(100, 1);
        left.ask("wedged", 1);
        right.ask("r1", 1);
        ticker.advance(SECOND);
        assertFalse(left.shared.yieldOverdue());
        assertEquals(0, right.instances.running());
        ticker.advance(1);
        assertTrue(left.shared.yieldOverdue());
        left.useTurn();
        assertEquals(1, right.instances.running());
        assertFalse(left.shared.yieldOverdue(), "it has no place any more");
        right.instances.finishNext();
        assertEquals(1, device.free());
        left.instances.finishNext();
        assertEquals(1, device.free(), "it has none to give back");
        assertEquals("[1]", outcomes.ids("wedged"));
    }

    @Test
    void theTimeOfARunThatLostItsPlaceCountsAllTheSame() {
        left.learn(100, 1);
        left.ask("wedged", 1);
        ticker.advance(SECOND + 1);
        assertTrue(left.shared.yieldOverdue());
        left.useTurn();
        ticker.advance(SECOND);
        left.instances.finishNext();
        assertEquals(100 + 2.0 * SECOND + 1, left.share.due);
    }

    @Test
    void aRunThatIsExpectedToTakeLongIsNotOverdue() {
        left.learn(SECOND, 1);
        left.ask("l1", 1);
        ticker.advance(4 * SECOND);
        assertFalse(left.shared.yieldOverdue());
        ticker.advance(SECOND);
        assertTrue(left.shared.yieldOverdue());
    }

    @Test
    void whoWouldBeTooLateIsToldSoWhileOthersHaveTheDevice() {
        right.learn(100, 10);
        left.ask("l1", 1);
        Deadline tooSoon = new Deadline(ticker.nanos() + 50);
        right.batcher.enqueue(Requests.of(tooSoon, 1), outcomes.of("alone"));
        assertFalse(outcomes.has("alone"), "only a run can show that it would be too late");
        right.batcher.enqueue(Requests.of(tooSoon, 2), outcomes.of("late"));
        assertInstanceOf(InferenceError.DeadlineExceeded.class, outcomes.get("late"));
        right.batcher.enqueue(Requests.of(new Deadline(ticker.nanos() + 500), 3), outcomes.of("in time"));
        assertFalse(outcomes.has("in time"));
        left.instances.finishNext();
        right.batcher.enqueue(Requests.of(tooSoon, 4), outcomes.of("at once"));
        assertFalse(outcomes.has("at once"), "nothing keeps it from being tried");
    }

    @Test
    void countsNoMoreInstancesAsIdleThanHavePlacesButOne() {
        assertEquals(1, left.shared.idleInstances());
        left.ask("l1", 1);
        assertEquals(1, left.shared.idleInstances(), "or it would never ask for its turn");
        assertEquals(1, right.shared.idleInstances());
        DeviceShare ample = new DeviceTurns.Stake(new DeviceTurns(4), 1).join(() -> {});
        assertEquals(2, new SharedInstances(right.instances, ample, ticker).idleInstances());
    }
}
