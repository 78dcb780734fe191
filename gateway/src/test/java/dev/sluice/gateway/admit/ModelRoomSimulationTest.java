package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What is let in by its head alone, in virtual time, before a plain server: by priority, then in the order of coming, batches
 * of whatever waits, and nobody run who is late.
 */
class ModelRoomSimulationTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = 1_000 * MILLI;
    private static final long DEADLINE = 100 * MILLI;

    private static final int INSTANCES = 2;
    private static final int BATCH_ROWS = 8;
    private static final long BATCH_NANOS = 4 * MILLI;

    /** Requests in a second. */
    private static final double PEAK = (double) INSTANCES * BATCH_ROWS * SECOND / BATCH_NANOS;

    /** A request on its way, or a batch that comes back. */
    private record Event(long nanos, int priority, List<Waiting> batch) {}

    private record Waiting(int priority, long cameNanos, ModelRoom.Stay stay) {}

    /** What became of the requests of one priority. */
    private static final class Tally {
        private int came;
        private int inTime;
        private int late;
        private int refused;
    }

    private final ModelRoom room = new ModelRoom(MODEL, 60 * SECOND);
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::nanos));
    private final List<ArrayDeque<Waiting>> queues = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(42);
    private Tally[] tallies = newTallies();
    private int busy;
    private int slower = 1;

    ModelRoomSimulationTest() {
        for (int priority = 0; priority <= InferenceRequest.PRIORITIES; priority++) {
            queues.add(new ArrayDeque<>());
        }
        room.learn(new Capacity(1_000_000, INSTANCES, BATCH_ROWS, (double) BATCH_NANOS, 0));
    }

    private static Tally[] newTallies() {
        Tally[] tallies = new Tally[InferenceRequest.PRIORITIES + 1];
        for (int i = 0; i < tallies.length; i++) {
            tallies[i] = new Tally();
        }
        return tallies;
    }

    private void offer(int priority, double times, long fromNanos, long toNanos) {
        double gap = SECOND / (times * PEAK);
        double at = fromNanos;
        while (at < toNanos) {
            events.add(new Event((long) at, priority, List.of()));
            at -= gap * Math.log(1 - random.nextDouble());
        }
    }

    private void runUntil(long endNanos) {
        while (!events.isEmpty() && events.peek().nanos() <= endNanos) {
            Event event = events.poll();
            if (event.priority() > 0) {
                arrive(event.priority(), event.nanos());
            } else {
                busy--;
                event.batch().forEach(done -> finish(done, event.nanos()));
            }
            while (busy < INSTANCES && startBatch(event.nanos())) {
                busy++;
            }
        }
    }

    private void arrive(int priority, long now) {
        Tally tally = tallies[priority];
        tally.came++;
        if (room.refusal(new RequestHead(MODEL, "", priority, DEADLINE)) != null) {
            assertEquals(INSTANCES, busy, "refused while an instance is idle");
            tally.refused++;
            return;
        }
        InferenceRequest request = new InferenceRequest(
                MODEL, "", List.of(), List.of(), 1, priority, "", new Deadline(now + DEADLINE), Cancellation.NEVER);
        queues.get(priority).add(new Waiting(priority, now, room.enter(request, now)));
    }

    private boolean startBatch(long now) {
        List<Waiting> batch = new ArrayList<>();
        for (ArrayDeque<Waiting> queue : queues) {
            while (batch.size() < BATCH_ROWS && !queue.isEmpty()) {
                Waiting next = queue.poll();
                if (next.cameNanos() + DEADLINE < now + slower * BATCH_NANOS) {
                    next.stay().end(Verdict.DROPPED, now);
                    tallies[next.priority()].late++;
                } else {
                    batch.add(next);
                }
            }
        }
        if (batch.isEmpty()) {
            return false;
        }
        events.add(new Event(now + slower * BATCH_NANOS, 0, batch));
        return true;
    }

    private void finish(Waiting done, long now) {
        done.stay().end(Verdict.SUCCESS, now);
        tallies[done.priority()].inTime++;
    }

    private Tally measured(int priority, long fromNanos, long toNanos) {
        runUntil(fromNanos);
        tallies = newTallies();
        runUntil(toNanos);
        return tallies[priority];
    }

    @Test
    void goodputStaysWhereItWasHoweverMuchIsOffered() {
        for (double times : new double[] {2, 5, 10}) {
            ModelRoomSimulationTest play = new ModelRoomSimulationTest();
            play.offer(3, times, 0, 6 * SECOND);
            Tally tally = play.measured(3, SECOND, 6 * SECOND);
            double goodput = tally.inTime / (5 * PEAK);
            assertTrue(goodput >= 0.98, times + " times as much: " + goodput);
            double missed = (double) tally.late / (tally.came - tally.refused);
            assertTrue(missed <= 0.005, times + " times as much: " + missed + " of those let in were late");
        }
    }

    @Test
    void nobodyIsRefusedBelowCapacity() {
        offer(3, 0.9, 0, 20 * SECOND);
        Tally tally = measured(3, 0, 20 * SECOND);
        assertEquals(0, tally.refused);
        assertEquals(0, tally.late);
        assertTrue(tally.inTime > 10_000);
    }

    @Test
    void aStepToThreeTimesTheCapacityAndBackLeavesNothingBehind() {
        offer(3, 0.5, 0, 2 * SECOND);
        offer(3, 3, 2 * SECOND, 4 * SECOND);
        offer(3, 0.5, 4 * SECOND, 6 * SECOND);
        Tally above = measured(3, 2 * SECOND + 2 * DEADLINE, 4 * SECOND);
        assertTrue(above.inTime >= 0.95 * PEAK * 1.8, "from two deadlines after the step on: " + above.inTime);
        Tally back = measured(3, 4 * SECOND + DEADLINE, 6 * SECOND);
        assertEquals(0, back.refused);
        assertEquals(0, back.late);
    }

    @Test
    void criticalRequestsPassWhileTenTimesTheCapacityIsOfferedBelowThem() {
        offer(1, 0.5, 0, 6 * SECOND);
        offer(4, 10, 0, 6 * SECOND);
        Tally critical = measured(1, SECOND, 6 * SECOND);
        assertEquals(0, critical.refused);
        assertEquals(0, critical.late);
        Tally below = tallies[4];
        assertTrue(below.inTime >= 0.45 * 5 * PEAK, "what is left is used: " + below.inTime);
    }

    @Test
    void aModelThatIsSlowerThanWasLearntIsNotFlooded() {
        slower = 4;
        offer(3, 3, 0, 10 * SECOND);
        Tally tally = measured(3, 5 * SECOND, 10 * SECOND);
        assertTrue(tally.inTime >= 0.95 * 5 * PEAK / slower, "goodput: " + tally.inTime);
        int letIn = tally.came - tally.refused;
        assertTrue(tally.late <= 0.2 * letIn, tally.late + " of " + letIn + " were late");
    }

    @Test
    void whatWasSlowIsForgottenSoon() {
        slower = 4;
        offer(3, 3, 0, 2 * SECOND);
        runUntil(2 * SECOND);
        slower = 1;
        offer(3, 3, 2 * SECOND, 4 * SECOND);
        Tally tally = measured(3, 2 * SECOND + 5 * DEADLINE, 4 * SECOND);
        assertTrue(tally.inTime >= 0.97 * 1.5 * PEAK, "goodput: " + tally.inTime);
    }
}
