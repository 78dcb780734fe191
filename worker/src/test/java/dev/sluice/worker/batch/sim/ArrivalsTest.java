package dev.sluice.worker.batch.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The offered load is what it says it is. */
class ArrivalsTest {

    private static final int COUNT = 1_000_000;

    @ParameterizedTest
    @CsvSource({"POISSON, 1", "GAMMA_2, 2", "GAMMA_4, 4", "GAMMA_8, 8"})
    void gapsVaryAsTheyShould(Arrivals arrivals, double variation) {
        long[] moments = arrivals.moments(COUNT, 1000, 1);
        double mean = (double) moments[COUNT - 1] / COUNT;
        double squares = 0;
        for (int i = 1; i < COUNT; i++) {
            squares += Math.pow(moments[i] - moments[i - 1] - mean, 2);
        }
        assertEquals(variation, Math.sqrt(squares / COUNT) / mean, 0.03 * variation);
    }

    @ParameterizedTest
    @EnumSource
    void theRateIsTheMeanRateInTheLongRun(Arrivals arrivals) {
        long[] moments = arrivals.moments(COUNT, 1000, 2);
        assertEquals(1000, COUNT * 1e9 / moments[COUNT - 1], 20);
    }

    @ParameterizedTest
    @EnumSource
    void nobodyComesBeforeHisPredecessor(Arrivals arrivals) {
        long[] moments = arrivals.moments(10_000, 1000, 3);
        for (int i = 1; i < moments.length; i++) {
            assertTrue(moments[i] >= moments[i - 1]);
        }
    }
}
