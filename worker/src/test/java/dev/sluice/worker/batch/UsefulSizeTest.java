package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The size that is worth having is found by looks at its neighbours, whatever the line said and however noisy it is. */
class UsefulSizeTest {

    private static final int SEEDS = 20;
    private static final int MAX_ROWS = 8;

    /** Measured with SqueezeNet on a CPU: from four rows on its rows do not fit the cache any more. */
    private static final IntToDoubleFunction WORSE_IF_LARGE =
            rows -> 7e6 * rows * (rows < 3 ? 1 : rows < 6 ? 1.08 : 1.1);

    private static final IntToDoubleFunction FLAT = rows -> 7e6 * rows;

    private static final IntToDoubleFunction LINE = rows -> 8e6 + 1.2e6 * rows;

    /** Gains up to four rows, and loses more beyond. */
    private static final IntToDoubleFunction BENT = rows -> 1e6 + (rows < 5 ? 1e6 : 1.5e6) * rows;

    private long batches;

    /** Batches leave as large as they may: there is always enough that waits. */
    private double[] run(UsefulSize size, IntToDoubleFunction nanos, double noise, Random random, int count) {
        double[] times = new double[MAX_ROWS + 1];
        for (int i = 0; i < count; i++, batches++) {
            int rows = size.rows(batches);
            double taken = nanos.applyAsDouble(rows) * Math.exp(noise * random.nextGaussian() - noise * noise / 2);
            size.observe(rows, taken, noise);
            times[rows]++;
        }
        return times;
    }

    /** How much longer its rows take in the mean than those of the best size there is. */
    private static double loss(double[] times, IntToDoubleFunction nanos) {
        double best = Double.POSITIVE_INFINITY;
        double all = 0;
        double rows = 0;
        for (int size = 1; size < times.length; size++) {
            best = Math.min(best, nanos.applyAsDouble(size) / size);
            all += times[size] * nanos.applyAsDouble(size);
            rows += times[size] * size;
        }
        return all / rows / best - 1;
    }

    private double meanLoss(double batchNanos, double rowNanos, IntToDoubleFunction nanos, double noise) {
        double loss = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            UsefulSize size = new UsefulSize(batchNanos, rowNanos, MAX_ROWS, MAX_ROWS);
            run(size, nanos, noise, random, 8_000);
            loss += loss(run(size, nanos, noise, random, 4_000), nanos) / SEEDS;
        }
        return loss;
    }

    @ParameterizedTest
    @CsvSource({"0.02, 0.001", "0.05, 0.002", "0.1, 0.005", "0.2, 0.025"})
    void aModelWhoseLargeBatchesAreSlowerHasSmallOnesThoughTheLineSaidOtherwise(double noise, double most) {
        double loss = meanLoss(1e6, 7e6, WORSE_IF_LARGE, noise);
        assertTrue(loss < most, "loss " + loss);
    }

    @ParameterizedTest
    @CsvSource({"0.02, 0.002", "0.1, 0.002", "0.2, 0.005"})
    void aModelThatGainsHasLargeOnesThoughTheLineSaidOtherwise(double noise, double most) {
        double loss = meanLoss(0, 9e6, LINE, noise);
        assertTrue(loss < most, "loss " + loss);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e6, 9e6})
    void theBestOfABentCurveIsFoundFromBothSides(double batchNanos) {
        double loss = meanLoss(batchNanos, 1e6, BENT, 0.05);
        assertTrue(loss < 0.005, "loss " + loss);
    }

    @Test
    void whereNothingIsGainedTheSmallestSizeIsRight() {
        UsefulSize size = new UsefulSize(1e6, 7e6, MAX_ROWS, MAX_ROWS);
        assertEquals(8, size.rows());
        run(size, FLAT, 0.02, new Random(1), 4_000);
        assertEquals(1, size.rows());
    }

    @Test
    void aChangeOfSpeedIsNoChangeOfSize() {
        Random random = new Random(1);
        UsefulSize size = new UsefulSize(8e6, 1.2e6, MAX_ROWS, MAX_ROWS);
        for (int spell = 0; spell < 100; spell++) {
            double speed = Math.exp(random.nextGaussian());
            run(size, rows -> speed * LINE.applyAsDouble(rows), 0.02, random, 100);
        }
        assertEquals(8, size.rows());
    }

    @Test
    void aChangeOfTheCurveIsFollowed() {
        Random random = new Random(1);
        UsefulSize size = new UsefulSize(8e6, 1.2e6, MAX_ROWS, MAX_ROWS);
        run(size, LINE, 0.02, random, 20_000);
        assertEquals(8, size.rows());
        run(size, FLAT, 0.02, random, 20_000);
        assertEquals(1, size.rows());
        run(size, LINE, 0.02, random, 20_000);
        assertEquals(8, size.rows());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 8e6})
    void looksCostLessTheSurerItIs(double batchNanos) {
        IntToDoubleFunction nanos = rows -> batchNanos + 1.2e6 * rows;
        UsefulSize size = new UsefulSize(batchNanos, 1.2e6, MAX_ROWS, MAX_ROWS);
        int right = size.rows();
        double[] first = run(size, nanos, 0.02, new Random(1), 1024);
        assertTrue(1024 - first[right] <= 1024 / 32, "looks " + (1024 - first[right]));
        run(size, nanos, 0.02, new Random(2), 15_000);
        double[] later = run(size, nanos, 0.02, new Random(3), 5120);
        assertEquals(10, 5120 - later[right]);
    }

    @Test
    void batchesThatAreNeitherOfTheSizeNorALookTeachNothing() {
        UsefulSize size = new UsefulSize(2.5e5, 1e6, 64, 64);
        assertEquals(13, size.rows());
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            int rows = 1 + random.nextInt(64);
            boolean teaches = Math.abs(rows - 13) <= 1 || rows == 6 || Math.abs(rows - 26) <= 3;
            if (!teaches) {
                size.observe(rows, rows < 13 ? 1 : 1e12, 0.01);
            }
        }
        assertEquals(13, size.rows());
    }

    @Test
    void theLineIsBelievedOnlyAsFarAsItWasDrawn() {
        UsefulSize size = new UsefulSize(8e6, 1.2e6, 2, MAX_ROWS);
        assertEquals(2, size.rows());
        run(size, LINE, 0.05, new Random(1), 1_000);
        assertEquals(MAX_ROWS, size.rows());
    }

    @Test
    void noLookGoesBeyondTheMost() {
        for (int maxRows = 1; maxRows < 70; maxRows++) {
            for (double batchNanos : new double[] {0, 1e5, 1e6, 1e9}) {
                UsefulSize size = new UsefulSize(batchNanos, 1e6, maxRows, maxRows);
                for (int i = 0; i < 3_000; i++) {
                    int rows = size.rows(i);
                    assertTrue(rows >= 1 && rows <= maxRows, rows + " of " + maxRows);
                    size.observe(rows, i % 7 * 1e5 + rows, 0.3);
                }
            }
        }
    }
}
