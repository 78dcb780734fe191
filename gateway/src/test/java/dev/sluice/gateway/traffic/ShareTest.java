package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The intervals are those of the literature, and say nothing where there is nothing. */
class ShareTest {

    private static final double Z = 1.959964;
    private static final double DIGITS = 5e-5;

    /** Newcombe (1998), Statistics in Medicine 17, 857, table I: 81 of 263, and 15 of 148. */
    @Test
    void theIntervalIsWilsons() {
        assertEquals(0.2553, new Share(81, 263).least(Z), DIGITS);
        assertEquals(0.3662, new Share(81, 263).most(Z), DIGITS);
        assertEquals(0.0624, new Share(15, 148).least(Z), DIGITS);
        assertEquals(0.1605, new Share(15, 148).most(Z), DIGITS);
        assertEquals(0, new Share(0, 20).least(Z), DIGITS);
        assertEquals(0.1611, new Share(0, 20).most(Z), DIGITS);
    }

    /** Newcombe (1998), Statistics in Medicine 17, 873, table II, method 10: 56/70 against 48/80, and 9/10 against 3/10. */
    @Test
    void theDifferenceIsNewcombes() {
        assertEquals(0.0524, new Share(56, 70).leastAbove(new Share(48, 80), Z), DIGITS);
        assertEquals(0.1705, new Share(9, 10).leastAbove(new Share(3, 10), Z), DIGITS);
    }

    @Test
    void nothingIsNeitherMuchNorLittle() {
        Share none = new Share(0, 0);
        assertEquals(0, none.least(Z));
        assertEquals(0, none.most(Z));
        assertTrue(none.leastAbove(new Share(0, 100), Z) < 0);
        assertEquals(new Share(50, 50).least(Z), new Share(50, 50).leastAbove(none, Z), DIGITS);
    }
}
