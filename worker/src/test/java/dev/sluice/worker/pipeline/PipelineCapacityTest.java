package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.ModelId;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineCapacityTest {

    private static final ModelId QUICK = new ModelId("quick", 1);
    private static final ModelId SLOW = new ModelId("slow", 1);
    private static final double MILLI = 1e6;

    /** Eight rows in that time. */
    private static Capacity every(double millis) {
        return new Capacity(9, 1, 8, millis * MILLI, 0);
    }

    private static Graphs models() {
        return new Graphs()
                .model("quick", "x FP32[-1] -> y FP32[-1]")
                .model("slow", "x FP32[-1] -> y FP32[-1]")
                .model("sum", "a FP32[-1]; b FP32[-1] -> y FP32[-1]");
    }

    private static PipelineCapacity careful() {
        return new PipelineCapacity(
                models().stages("first = quick(v)", "more = slow(first) if first.y > 4", "last = quick(more)")
                        .outputs("y = last.y else first.y")
                        .plan());
    }

    private static double rowsInMilli(PipelineCapacity capacity) {
        return capacity.whole().rowsIn(MILLI);
    }

    @Test
    void stagesBesideEachOtherShareTheirModel() {
        PipelineCapacity capacity =
                new PipelineCapacity(models().stages("one = quick(v)", "other = quick(w)", "both = sum(a=one, b=other)")
                        .outputs("both.y")
                        .plan());
        capacity.learn(0, QUICK, every(8));
        capacity.learn(1, QUICK, every(8));
        capacity.learn(2, new ModelId("sum", 1), every(1));
        assertEquals(0.5, rowsInMilli(capacity), 1e-9, "although one instance cannot be halved");
        capacity.learn(1, new ModelId("quick", 2), every(8));
        assertEquals(1, rowsInMilli(capacity), 1e-9, "two versions are two models");
    }

    @Test
    void aStageThatFewRequestsRunBoundsFew() {
        PipelineCapacity capacity = careful();
        capacity.learn(0, QUICK, every(1));
        capacity.learn(2, QUICK, every(1));
        capacity.learn(1, SLOW, every(80));
        assertEquals(0.1, rowsInMilli(capacity), 1e-9, "as if all ran it");
        for (int request = 0; request < 10_000; request++) {
            capacity.count(0, 1, 1);
            capacity.count(1, request % 20 == 0 ? 1 : 0, 1);
            capacity.count(2, request % 20 == 0 ? 1 : 0, 1);
        }
        assertEquals(2, rowsInMilli(capacity), 0.1, "as one of twenty does");
        for (int request = 0; request < 100_000; request++) {
            capacity.count(1, 0, 1);
            capacity.count(2, 0, 1);
        }
        assertEquals(8, rowsInMilli(capacity), 0.2, "then the other is the narrowest");
    }

    @Test
    void aStageBehindACropIsBoundByItsPieces() {
        PipelineCapacity capacity = new PipelineCapacity(new Graphs()
                .model("finder", "picture FP32[-1,3,8,8] -> boxes FP32[-1,9,4]")
                .model("kind", "x FP32[-1,3,4,4] -> label INT64[-1]")
                .stages("f = finder(p)", "c = crop[4x4](image=p, boxes=f.boxes)", "k = kind(c.image)")
                .outputs("k.label")
                .plan());
        capacity.learn(0, QUICK, every(1));
        assertEquals(8, rowsInMilli(capacity), 1e-9, "there may be no pieces");
        capacity.learn(2, SLOW, every(1));
        for (int request = 0; request < 10_000; request++) {
            capacity.count(0, 1, 1);
            capacity.count(2, request % 2 == 0 ? 32 : 0, 1);
        }
        assertEquals(0.5, rowsInMilli(capacity), 0.05, "sixteen pieces of each picture, in the mean");
        assertEquals(16 * MILLI, capacity.whole().batchNanos(), MILLI, "of eight pictures, in as many batches");
    }

    @Test
    void whatAnUnknownSwitchLeadsToBoundsNothing() {
        PipelineCapacity capacity = careful();
        assertEquals(Capacity.UNKNOWN, capacity.whole());
        capacity.learn(1, SLOW, every(80));
        assertEquals(Capacity.UNKNOWN, capacity.whole(), "the first always runs");
        PipelineCapacity other = careful();
        other.learn(0, QUICK, every(1));
        assertEquals(8, rowsInMilli(other), 1e-9, "the last runs only behind the second");
    }

    private static Capacity onDevices(Capacity... devices) {
        return Capacity.together(List.of(devices));
    }

    private static PipelineCapacity twoStages(Capacity first, Capacity last) {
        PipelineCapacity capacity = new PipelineCapacity(models().stages("first = quick(v)", "last = slow(first)")
                .outputs("last.y")
                .plan());
        capacity.learn(0, QUICK, first);
        capacity.learn(1, SLOW, last);
        return capacity;
    }

    @Test
    void aSlowDeviceOfAStageCountsForThoseAloneWhoHaveTimeForIt() {
        PipelineCapacity capacity = twoStages(every(1), onDevices(every(2), every(20)));
        assertEquals(4.4, rowsInMilli(capacity), 1e-9);
        assertEquals(4.4, capacity.whole().within(100 * MILLI).rowsIn(MILLI), 1e-9);
        assertEquals(4, capacity.whole().within(10 * MILLI).rowsIn(MILLI), 1e-9);
        assertEquals(9, capacity.whole().queueRequests());
    }

    @Test
    void aStageThatIsWideWithItsSlowDeviceIsTheNarrowestWithoutIt() {
        Capacity slow = new Capacity(9, 3, 8, 8 * MILLI, 0);
        PipelineCapacity capacity = twoStages(every(2), onDevices(slow, every(4)));
        assertEquals(4, rowsInMilli(capacity), 1e-9, "as many as the first stage does");
        assertEquals(2, capacity.whole().within(9 * MILLI).rowsIn(MILLI), 1e-9);
    }

    @Test
    void equalDevicesAreAsInstancesOfOne() {
        PipelineCapacity apart = twoStages(every(1), onDevices(every(4), every(4)));
        PipelineCapacity together = twoStages(every(1), new Capacity(9, 2, 8, 4 * MILLI, 0));
        assertEquals(together.whole(), apart.whole());
    }

    @Test
    void requestsWithoutRowsSayNothingOfThoseThatHaveSome() {
        PipelineCapacity capacity = careful();
        capacity.learn(0, QUICK, every(1));
        capacity.learn(1, SLOW, every(80));
        capacity.learn(2, QUICK, every(1));
        for (int request = 0; request < 10_000; request++) {
            capacity.count(0, 0, 0);
            capacity.count(1, 1, 0);
        }
        assertEquals(0.1, rowsInMilli(capacity), 1e-9);
    }
}
