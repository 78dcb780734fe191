package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.fake.Requests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which level goes first, and what is kept for the others. */
class PriorityLevelsTest {

    private static final int HIGHEST = 1;
    private static final int DEFAULT = 0;
    private static final int LOWEST = 4;

    private final PriorityLevels levels = new PriorityLevels();
    private BatchQueue queue = new BatchQueue(1000);
    private long nanos;

    private QueuedRequest make(int priority, int width) {
        return new QueuedRequest(
                Requests.by("c", priority, Requests.of(Requests.FAR, width, List.of("y"), 1)), nanos++, outcome -> {});
    }

    private void add(int count, int priority) {
        add(count, priority, 1);
    }

    private void add(int count, int priority, int width) {
        for (int i = 0; i < count; i++) {
            queue.add(make(priority, width));
        }
    }

    private String serve(int requests) {
        StringBuilder served = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            served.append(queue.due().poll().request().priority());
        }
        return served.toString();
    }

    @Test
    void theDefaultIsTheThirdOfFourLevels() {
        assertSame(levels.of(3), levels.of(0));
        assertNotSame(levels.of(2), levels.of(3));
        assertNotSame(levels.of(4), levels.of(3));
        assertSame(levels.of(4), levels.of(5));
        assertSame(levels.of(4), levels.of(Integer.MAX_VALUE));
    }

    @Test
    void higherLevelsGoFirst() {
        add(2, 9);
        add(2, DEFAULT);
        add(2, 2);
        add(2, HIGHEST);
        assertEquals("11220099", serve(8));
    }

    @Test
    void higherLevelsGoFirstWhateverTheirShape() {
        add(3, DEFAULT, 1);
        add(1, HIGHEST, 2);
        assertEquals("1000", serve(4));
    }

    @Test
    void lowerLevelsFillABatchThatHasRoom() {
        add(3, DEFAULT);
        add(1, HIGHEST);
        assertEquals(4, BatchQueueTest.take(queue, 8).size());
    }

    @Test
    void everyLevelThatWaitsIsOwedATwentieth() {
        add(1, LOWEST);
        add(1, DEFAULT);
        add(60, HIGHEST);
        assertEquals("1".repeat(20) + "04" + "1".repeat(40), serve(62));
    }

    @Test
    void nobodySavesUpWhatHeIsOwed() {
        add(100, HIGHEST);
        serve(100);
        add(10, HIGHEST);
        add(1, DEFAULT);
        assertEquals("1".repeat(10) + "0", serve(11));
    }

    @Test
    void overALongTimeTheShareIsExact() {
        add(500, HIGHEST, 1);
        add(100, DEFAULT, 2);
        int lower = 0;
        for (int i = 0; i < 420; i++) {
            lower += queue.due().poll().request().priority() == DEFAULT ? 1 : 0;
        }
        assertEquals(20, lower);
    }

    @Test
    void whoComesInABatchOfTheOthersPaysForIt() {
        add(500, HIGHEST, 1);
        add(100, LOWEST, 2);
        int lower = 0;
        int all = 0;
        while (all < 420) {
            Batch batch = BatchQueueTest.take(queue, 10);
            all += batch.size();
            lower += batch.members().getFirst().request().priority() == LOWEST ? batch.size() : 0;
        }
        assertTrue(lower >= 10 && lower <= 30, lower + " of " + all);
    }

    @Test
    void inAFullQueueLowerLevelsGiveWay() {
        queue = new BatchQueue(40);
        add(37, DEFAULT);
        add(3, LOWEST);
        QueuedRequest displaced = queue.makeRoomFor(make(HIGHEST, 1));
        assertTrue(displaced != null && displaced.request().priority() == LOWEST);
        add(1, HIGHEST);
        displaced = queue.makeRoomFor(make(HIGHEST, 1));
        assertTrue(
                displaced != null && displaced.request().priority() == DEFAULT, "two places are kept for the lowest");
    }

    @Test
    void inAFullQueueATwentiethIsKeptForEachLevel() {
        queue = new BatchQueue(40);
        add(40, HIGHEST);
        for (int i = 0; i < 2; i++) {
            QueuedRequest displaced = queue.makeRoomFor(make(LOWEST, 1));
            assertTrue(displaced != null && displaced.request().priority() == HIGHEST);
            add(1, LOWEST);
        }
        assertNull(queue.makeRoomFor(make(LOWEST, 1)));
        assertNull(queue.makeRoomFor(make(HIGHEST, 1)));
        assertEquals(40, queue.requests());
    }
}
