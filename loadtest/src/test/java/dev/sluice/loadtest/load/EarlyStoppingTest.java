package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EarlyStoppingTest {

    /** From the formula, by arithmetic of any precision; 662 for one request over is in MLPerf's own configuration. */
    @ParameterizedTest
    @CsvSource({"0, 459", "1, 662", "2, 838", "5, 1307", "10, 2010", "20, 3304", "50, 6898", "100, 12571", "200, 23527"
    })
    void soManyOverTheBoundTakeSoManyRequests(long over, long leastRequests) {
        assertTrue(EarlyStopping.proves(leastRequests, over));
        assertFalse(EarlyStopping.proves(leastRequests - 1, over));
    }

    @Test
    void onePerCentProvesNothingHoweverManyThereAre() {
        assertFalse(EarlyStopping.proves(1_000_000, 10_000));
        assertTrue(EarlyStopping.proves(1_000_000, 9_500));
        assertFalse(EarlyStopping.proves(0, 0));
    }
}
