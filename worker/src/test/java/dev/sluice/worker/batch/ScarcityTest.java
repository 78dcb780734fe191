package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScarcityTest {

    private final Scarcity scarcity = new Scarcity();

    private void form(int batches, int everyNth) {
        for (int i = 1; i <= batches; i++) {
            scarcity.formed(i % everyNth == 0);
        }
    }

    @Test
    void withRoomForAllCautionIsLeast() {
        assertEquals(Scarcity.LEAST_SAFETY, scarcity.safety());
        form(1_000, 50);
        assertEquals(Scarcity.LEAST_SAFETY, scarcity.safety(), 0.1);
    }

    @Test
    void whenEveryThirdBatchGivesSomebodyUpItIsMost() {
        form(200, 3);
        assertEquals(Scarcity.MOST_SAFETY, scarcity.safety());
    }

    @Test
    void itGrowsWithWhatIsGivenUpAndIsForgotten() {
        form(200, 9);
        double some = scarcity.safety();
        assertTrue(some > Scarcity.LEAST_SAFETY && some < Scarcity.MOST_SAFETY, "safety " + some);
        form(200, 3);
        for (int i = 0; i < 60; i++) {
            scarcity.formed(false);
        }
        assertEquals(Scarcity.LEAST_SAFETY, scarcity.safety());
    }
}
