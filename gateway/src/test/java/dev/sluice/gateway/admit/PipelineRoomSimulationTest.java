package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.pipeline.PipelineCapacity;
import dev.sluice.worker.pipeline.PipelineFaults;
import dev.sluice.worker.pipeline.PipelinePlan;
import dev.sluice.worker.pipeline.PipelineText;
import dev.sluice.worker.pipeline.StageSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What is let in to a pipeline of two stages, in virtual time: those of the first are done in vain that the second has no time
 * for. Stages are plain servers, which take whatever waits and run nobody who is late.
 */
class PipelineRoomSimulationTest {

    private static final ModelId PIPELINE = new ModelId("pipeline", 1);
    private static final ModelId FIRST = new ModelId("first", 1);
    private static final ModelId LAST = new ModelId("last", 1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = 1_000 * MILLI;
    private static final long DEADLINE = 100 * MILLI;
    private static final int BATCH_ROWS = 8;

    /** The first can do twice as much as the second. */
    private static final long[] BATCH_NANOS = {2 * MILLI, 4 * MILLI};

    /** Of the second stage, requests in a second. */
    private static final double PEAK = (double) BATCH_ROWS * SECOND / BATCH_NANOS[1];

    /** @param stage which they come to, or the server that has run a batch */
    private record Event(long nanos, int stage, List<Waiting> batch) {}

    private record Waiting(int stage, boolean direct, long cameNanos, ModelRoom.Stay stay) {}

    private final ModelRoom room = new ModelRoom(PIPELINE, 60 * SECOND);
    private final ModelRoom roomOfLast = new ModelRoom(LAST, 60 * SECOND);
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::nanos));
    private final List<ArrayDeque<Waiting>> queues = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    private final boolean[] busy = new boolean[2];
    private final SplittableRandom random = new SplittableRandom(42);

    /** By stage, who runs its batches. */
    private int[] servers = {0, 1};

    private int came;
    private int letIn;
    private int inTime;
    private int inVain;
    private int directInTime;

    private static Capacity stage(int stage) {
        return new Capacity(1_000_000, 1, BATCH_ROWS, (double) BATCH_NANOS[stage], 0);
    }

    private static PipelineCapacity capacity() {
        TensorSpec x = new TensorSpec("x", DataType.FP32, new Shape(Shape.VARIABLE));
        StageSpec model = new StageSpec(new Signature(List.of(x), List.of(x), true), null);
        PipelineFaults faults = new PipelineFaults();
        PipelinePlan plan = PipelinePlan.of(
                        PipelineText.read(List.of("a = first(v)", "b = last(a)"), List.of("b.x"), faults),
                        Map.of("a", model, "b", model),
                        faults)
                .orElseThrow();
        return new PipelineCapacity(plan);
    }

    private PipelineRoomSimulationTest learn() {
        PipelineCapacity capacity = capacity();
        capacity.learn(0, FIRST, stage(0));
        capacity.learn(1, LAST, stage(1));
        room.learn(capacity.whole());
        roomOfLast.learn(stage(1));
        return this;
    }

    @Test
    void whatAPipelineCanDoIsWhatItsNarrowestStageCanForAsLongAsAllTake() {
        PipelineCapacity capacity = capacity();
        capacity.learn(0, FIRST, stage(0));
        assertEquals(Capacity.UNKNOWN, capacity.whole(), "as long as one says nothing");
        capacity.learn(1, LAST, new Capacity(50, 2, BATCH_ROWS, 8.0 * MILLI, 0));
        Capacity whole = capacity.whole();
        assertEquals(50, whole.queueRequests());
        assertEquals(2 * BATCH_ROWS / 8.0, whole.rowsIn((double) MILLI), 1e-9);
        assertEquals(10.0 * MILLI, whole.batchNanos(), 2.5 * MILLI, "rounded to whole instances");
        capacity.learn(1, LAST, Capacity.UNKNOWN);
        assertEquals(whole, capacity.whole(), "who is asleep is what it was");
    }

    /** @param stage that they come to first; the pipeline's come to 0 */
    private void offer(int stage, double times, long toNanos) {
        double gap = SECOND / (times * PEAK);
        for (double at = 0; at < toNanos; at -= gap * Math.log(1 - random.nextDouble())) {
            events.add(new Event((long) at, stage, List.of()));
        }
    }

    private void runUntil(long endNanos) {
        while (!events.isEmpty() && events.peek().nanos() <= endNanos) {
            Event event = events.poll();
            if (event.batch().isEmpty()) {
                arrive(event.stage(), event.nanos());
            } else {
                busy[event.stage()] = false;
                event.batch().forEach(done -> goOn(done, event.nanos()));
            }
            for (int server = 0; server < busy.length; server++) {
                startBatch(server, event.nanos());
            }
        }
    }

    private void arrive(int stage, long now) {
        ModelRoom asked = stage == 0 ? room : roomOfLast;
        ModelId model = stage == 0 ? PIPELINE : LAST;
        came += stage == 0 ? 1 : 0;
        if (asked.refusal(new RequestHead(model, "", 3, DEADLINE)) == null) {
            InferenceRequest request = new InferenceRequest(
                    model, "", List.of(), List.of(), 1, 3, "", new Deadline(now + DEADLINE), Cancellation.NEVER);
            queues.get(servers[stage]).add(new Waiting(stage, stage > 0, now, asked.enter(request, now)));
            letIn += stage == 0 ? 1 : 0;
        }
    }

    private void startBatch(int server, long now) {
        List<Waiting> batch = new ArrayList<>();
        ArrayDeque<Waiting> queue = queues.get(server);
        while (!busy[server] && batch.size() < BATCH_ROWS && !queue.isEmpty()) {
            Waiting next = queue.poll();
            if (next.cameNanos() + DEADLINE < now + BATCH_NANOS[server]) {
                next.stay().end(Verdict.DROPPED, now);
                inVain += next.stage() > 0 && !next.direct() ? 1 : 0;
            } else {
                batch.add(next);
            }
        }
        if (!batch.isEmpty()) {
            busy[server] = true;
            events.add(new Event(now + BATCH_NANOS[server], server, batch));
        }
    }

    private void goOn(Waiting done, long now) {
        if (done.stage() == 0) {
            queues.get(servers[1]).add(new Waiting(1, false, done.cameNanos(), done.stay()));
        } else {
            done.stay().end(Verdict.SUCCESS, now);
            inTime += done.direct() ? 0 : 1;
            directInTime += done.direct() ? 1 : 0;
        }
    }

    private void forget() {
        came = 0;
        letIn = 0;
        inTime = 0;
        inVain = 0;
        directInTime = 0;
    }

    @Test
    void hardlyAnythingIsDoneInVainHoweverMuchIsOffered() {
        for (double times : new double[] {2, 5, 10}) {
            PipelineRoomSimulationTest play = new PipelineRoomSimulationTest().learn();
            play.offer(0, times, 6 * SECOND);
            play.runUntil(SECOND);
            play.forget();
            play.runUntil(6 * SECOND);
            double goodput = play.inTime / (5 * PEAK);
            assertTrue(goodput >= 0.97, times + " times as much: " + goodput);
            double vain = (double) play.inVain / play.letIn;
            assertTrue(vain <= 0.01, times + " times as much: " + vain + " of what was begun was in vain");
        }
    }

    @Test
    void aModelThatTwoStagesAskDoesHalfAsMuchForEach() {
        for (double times : new double[] {1, 2, 5}) {
            PipelineRoomSimulationTest play = new PipelineRoomSimulationTest();
            PipelineCapacity capacity = capacity();
            capacity.learn(0, LAST, stage(1));
            capacity.learn(1, LAST, stage(1));
            assertEquals(PEAK / 2, capacity.whole().rowsIn((double) SECOND), 1e-6);
            play.servers = new int[] {1, 1};
            play.room.learn(capacity.whole());
            play.offer(0, times, 6 * SECOND);
            play.runUntil(SECOND);
            play.forget();
            play.runUntil(6 * SECOND);
            double goodput = play.inTime / (5 * PEAK / 2);
            assertTrue(goodput >= 0.97, times + " times as much: " + goodput);
            double vain = (double) play.inVain / play.letIn;
            assertTrue(vain <= 0.01, times + " times as much: " + vain + " of what was begun was in vain");
        }
    }

    @Test
    void nobodyIsRefusedBelowCapacity() {
        learn();
        offer(0, 0.9, 20 * SECOND);
        runUntil(20 * SECOND);
        assertEquals(came, letIn);
        assertEquals(0, inVain);
        assertTrue(inTime > 30_000, inTime + " in time");
    }

    @Test
    void aStageThatOthersAskAsWellIsSharedWithThem() {
        learn();
        offer(0, 2, 20 * SECOND);
        offer(1, 2, 20 * SECOND);
        runUntil(5 * SECOND);
        forget();
        runUntil(20 * SECOND);
        double goodput = (inTime + directInTime) / (15 * PEAK);
        assertTrue(goodput >= 0.97, "of both together: " + goodput);
        assertTrue(inTime >= 0.1 * 15 * PEAK, "of the pipeline, which has the longer way: " + inTime);
        assertTrue(inVain <= 0.01 * letIn, inVain + " in vain of " + letIn);
    }
}
