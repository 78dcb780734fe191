package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a device of 10 ms for 64 rows and one of 320 ms can do together. */
class CapacityTest {

    private static final double MILLI = 1e6;
    private static final Capacity QUICK = new Capacity(9, 1, 64, 3.6 * MILLI, 0.1 * MILLI);
    private static final Capacity SLOW = new Capacity(9, 1, 64, 192 * MILLI, 2 * MILLI);

    private final Capacity both = Capacity.together(List.of(QUICK, SLOW));

    @Test
    void inALongTimeTheyDoWhatEachDoes() {
        double nanos = 1000 * MILLI;
        assertEquals(QUICK.rowsIn(nanos) + SLOW.rowsIn(nanos), both.rowsIn(nanos), 1e-6);
        assertEquals(
                QUICK.rowsIn(nanos) + SLOW.rowsIn(nanos),
                both.within(400 * MILLI).rowsIn(nanos),
                1e-6);
        assertEquals(128, both.busyRows());
    }

    @Test
    void theSlowOneTakesNothingFromWhoHasLittleTime() {
        assertEquals(QUICK, both.within(15 * MILLI));
        assertEquals(QUICK.within(5 * MILLI), both.within(5 * MILLI));
        assertEquals(14, both.within(5 * MILLI).batchRows());
    }

    @Test
    void whoHasTooLittleTimeForAnyIsJudgedByTheQuickest() {
        assertEquals(QUICK.within(MILLI), both.within(MILLI));
        assertEquals(1, both.within(MILLI).batchRows());
    }

    @Test
    void eachHasTheBatchesThatItHasTimeFor() {
        Capacity shortly = both.within(204 * MILLI);
        double nanos = 1000 * MILLI;
        assertEquals(QUICK.rowsIn(nanos) + SLOW.within(204 * MILLI).rowsIn(nanos), shortly.rowsIn(nanos), 1e-6);
        assertEquals(64 + 6, shortly.busyRows());
    }

    @Test
    void whatIsNotKnownDoesNotCount() {
        assertEquals(QUICK, Capacity.together(List.of(Capacity.UNKNOWN, QUICK)));
        assertEquals(Capacity.UNKNOWN, Capacity.together(List.of()));
    }
}
