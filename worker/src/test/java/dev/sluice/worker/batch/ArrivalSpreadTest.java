package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ArrivalSpreadTest {

    private static final double RATE = 1e-4;

    private final Random random = new Random(5);
    private final ArrivalSpread spread = new ArrivalSpread();
    private double at = 1e15; // a clock begins anywhere
    private double nextLook = at;
    private long count;

    /** So many independent arrivals at that rate; batches of ten leave one after the other. */
    private double[] seen(int arrivals, double rate) {
        DoubleStream.Builder seen = DoubleStream.builder();
        for (int i = 0; i < arrivals; i++) {
            at -= Math.log(1 - random.nextDouble()) / rate;
            count++;
            if (at > nextLook) {
                nextLook = at + 10 / rate;
                spread.look(count, Math.round(at));
                seen.add(spread.dispersion());
            }
        }
        return seen.build().toArray();
    }

    private static double mean(double... values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    @Test
    void independentArrivalsHaveLittleWhateverTheirRate() {
        assertEquals(Double.POSITIVE_INFINITY, spread.dispersion());
        seen(200, RATE);
        assertTrue(mean(seen(20_000, RATE)) < 4);
        seen(1_000, 50 * RATE);
        assertTrue(mean(seen(20_000, 50 * RATE)) < 4);
    }

    @Test
    void aBurstIsSeenAtTheFirstLook() {
        seen(1_000, RATE);
        long before = Math.round(at);
        spread.look(count + 200, before + Math.round(10 / RATE));
        assertTrue(spread.dispersion() > 100, "200 came where 10 were expected: " + spread.dispersion());
    }

    @Test
    void onAndOffNeverLooksEven() {
        for (int i = 0; i < 20; i++) {
            seen(100, RATE);
            double[] burst = seen(200, 11 * RATE);
            assertTrue(mean(burst) > 8, "in burst " + i + ": " + mean(burst));
        }
    }

    @Test
    void aStepIsForgotten() {
        seen(1_000, RATE);
        seen(400, 10 * RATE);
        assertTrue(mean(seen(2_000, 10 * RATE)) < 4);
    }

    @Test
    void looksBetweenWhichNothingCameDoNotCount() {
        seen(1_000, RATE);
        spread.look(count, Math.round(at) + 1);
        double before = spread.dispersion();
        spread.look(count, Math.round(at + 20 / RATE));
        assertEquals(before, spread.dispersion());
    }
}
