package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.fake.Requests;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLimitTest {

    private static final InferenceRequest ROW = Requests.ofIds(1);

    private final MemoryLimit limit = new MemoryLimit();

    private static Batch batch(int rows) {
        InferenceRequest[] requests = new InferenceRequest[rows];
        Arrays.fill(requests, ROW);
        return Batches.of(requests);
    }

    private void goesWell(int times, Batch batch) {
        for (int i = 0; i < times; i++) {
            limit.ran(batch);
        }
    }

    @Test
    void thereIsNoneAtFirst() {
        limit.ran(batch(5));
        assertEquals(Integer.MAX_VALUE, limit.rows(ROW));
        assertTrue(limit.allows(batch(1000)));
    }

    @Test
    void isHalfOfWhatFailed() {
        limit.ranOut(batch(20));
        assertEquals(10, limit.rows(ROW));
        assertTrue(limit.allows(batch(10)));
        assertFalse(limit.allows(batch(11)));
        limit.ranOut(batch(10));
        assertEquals(5, limit.rows(ROW));
    }

    @Test
    void neverForbidsASingleRow() {
        limit.ranOut(batch(2));
        limit.ranOut(batch(2));
        limit.ranOut(Batches.of(ROW));
        assertEquals(1, limit.rows(ROW));
        assertEquals(1, limit.rows(Requests.of(Requests.FAR, 100, List.of("y"), 1)));
    }

    @Test
    void countsBytesSoThatHugeRowsDoNotSpoilItForSmallOnes() {
        InferenceRequest huge = Requests.of(Requests.FAR, 100, List.of("y"), 1);
        limit.ranOut(Batches.of(huge, huge));
        assertEquals(1, limit.rows(huge));
        assertEquals(100, limit.rows(ROW));
    }

    /** A short head must not let long rows in, and be blamed on the limit each time. */
    @Test
    void allRowsCountAsTheLargestOfThem() {
        InferenceRequest wide = Requests.of(Requests.FAR, 4, List.of("y"), 1);
        limit.ranOut(batch(32));
        assertTrue(limit.allows(Batches.of(wide, ROW, ROW, ROW)));
        assertFalse(limit.allows(Batches.of(ROW, ROW, ROW, wide, ROW)));
    }

    @Test
    void triesTwiceAsManyOnceEnoughWentWell() {
        limit.ranOut(batch(20));
        goesWell(63, batch(10));
        assertEquals(10, limit.rows(ROW));
        goesWell(1, batch(10));
        assertEquals(20, limit.rows(ROW));
        assertFalse(limit.allows(batch(11)), "a batch that runs again is no try");
        limit.ran(batch(17));
        assertEquals(17, limit.rows(ROW), "so many have been seen to run");
    }

    @Test
    void waitsLongerAfterATryThatFailed() {
        limit.ranOut(batch(20));
        goesWell(64, batch(10));
        limit.ranOut(batch(20));
        assertEquals(10, limit.rows(ROW), "what ran before runs still");
        goesWell(127, batch(10));
        assertEquals(10, limit.rows(ROW));
        goesWell(1, batch(10));
        assertEquals(20, limit.rows(ROW));
    }

    @Test
    void howALoneRequestFaresSaysNothing() {
        limit.ranOut(batch(20));
        limit.ran(Batches.of(Requests.ofIds(new long[500])));
        assertEquals(10, limit.rows(ROW));
    }
}
