package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What chance can explain and what it cannot, against exact probabilities. */
class ShareTest {

    private static final double MILLION = Math.log(1e6);

    /** The probability of so many or more, summed up. */
    private static double exactly(int some, int all, double probability) {
        double sum = 0;
        double term = Math.pow(1 - probability, all);
        for (int k = 0; k <= all; k++) {
            sum += k >= some ? term : 0;
            term *= (all - k) / (k + 1.0) * probability / (1 - probability);
        }
        return sum;
    }

    @Test
    void whatIsCalledSureIsChanceOnceInAMillionAtMost() {
        int sure = 0;
        for (int all : new int[] {10, 50, 200, 1000}) {
            for (double probability : new double[] {0.001, 0.01, 0.1, 0.5}) {
                int some = 0;
                while (some <= all && !new Share(some, all).isAbove(probability, MILLION)) {
                    some++;
                }
                if (some <= all) {
                    assertTrue(exactly(some, all, probability) < 1e-6, some + " of " + all + " at " + probability);
                    assertTrue(
                            exactly(some - 3, all, probability) > 1e-12,
                            "and little more is needed than there must be");
                    sure++;
                }
            }
        }
        assertTrue(sure > 12, "it can be sure: " + sure);
    }

    @Test
    void theMostThatIsPossibleIsWhereEvidenceBegins() {
        for (Share share : new Share[] {new Share(0, 100), new Share(7, 100), new Share(100, 100), new Share(1, 9)}) {
            double most = share.most(MILLION);
            assertTrue(most >= share.part() && most <= 1);
            double chance = exactly((int) (share.all() - share.some()), (int) share.all(), 1 - most);
            assertTrue(chance <= 1.0001e-6 || most == 1 || share.part() == 1, share + ": " + chance);
        }
        assertEquals(1 - Math.exp(-MILLION / 100), new Share(0, 100).most(MILLION), 1e-9, "no way to fail a hundred");
        assertEquals(0.07, new Share(7, 100).most(0), 1e-6);
    }

    @Test
    void nothingIsNeitherMuchNorLittle() {
        Share none = new Share(0, 0);
        assertEquals(0, none.most(MILLION));
        assertFalse(none.isAbove(0, 0));
        assertTrue(new Share(1, 1).isAbove(0, MILLION), "what cannot be has been");
        assertFalse(new Share(5, 100).isAbove(0.05, 0));
        assertTrue(new Share(6, 100).isAbove(0.05, 0));
    }
}
