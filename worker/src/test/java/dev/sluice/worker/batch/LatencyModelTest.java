package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is learnt of a model's latency, and what is not believed. */
class LatencyModelTest {

    private static final long A = 2_000_000;
    private static final long C = 100_000;

    private final LatencyModel model = new LatencyModel(List.of());

    private void observe(double factor, int... sizes) {
        for (int rows : sizes) {
            model.observe(rows, Math.round(factor * (A + C * rows)));
        }
    }

    private static void assertLine(LatencyModel model, double factor, int rows, double tolerance) {
        double nanos = factor * (A + C * rows);
        assertEquals(nanos, (double) model.nanos(rows), tolerance * nanos, rows + " rows");
    }

    private static int[] sizes(int count) {
        return IntStream.range(0, count).map(i -> 1 + i * 7 % 64).toArray();
    }

    private static int[] of(int rows, int count) {
        return IntStream.generate(() -> rows).limit(count).toArray();
    }

    @Test
    void findsTheLine() {
        observe(1, sizes(40));
        assertEquals(A, model.batchNanos(), 0.02 * A);
        assertEquals(C, model.rowNanos(), 0.02 * C);
        assertLine(model, 1, 200, 0.02);
    }

    @Test
    void findsTheLineThroughNoise() {
        Random random = new Random(1);
        for (int rows : sizes(300)) {
            observe(Math.exp(0.1 * random.nextGaussian()), rows);
        }
        assertLine(model, 1, 32, 0.1);
        assertLine(model, 1, 1, 0.25);
        double margin = (double) model.safeNanos(32) / model.nanos(32);
        assertTrue(margin > 1.1 && margin < 1.35, "margin " + margin);
    }

    @Test
    void knowsNothingUntilItHasSeenBatchesOfDifferentSizes() {
        observe(1, of(4, 100));
        assertFalse(model.isKnown());
        assertEquals(0, model.safeNanos(3));
        assertEquals(0, model.safeNanos(5));
        assertEquals(Integer.MAX_VALUE, model.rowsWithin(1));
        assertEquals(2 * 4, model.usefulRows());
        observe(1, 8);
        assertTrue(model.isKnown());
        assertTrue(model.safeNanos(4) > 0);
        assertTrue(model.rowsWithin(A) < 64);
    }

    @Test
    void noSizeIsOfUseThatNobodyHasSeen() {
        LatencyModel profiled = new LatencyModel(IntStream.range(0, 10)
                .mapToObj(i -> new LatencyPoint(1 + i % 2, A + C * (1 + i % 2)))
                .toList());
        assertEquals(2, profiled.usefulRows(), "the line asks for 1000");
    }

    @Test
    void nothingIsTriedFarBeyondWhatHasRunUntilTheLineIsKnown() {
        assertEquals(Integer.MAX_VALUE, model.usefulRows());
        observe(1, 1, 2);
        assertEquals(4, model.usefulRows());
        LatencyModel huge = new LatencyModel(List.of(new LatencyPoint(Integer.MAX_VALUE - 1, 1_000_000)));
        assertEquals(Integer.MAX_VALUE, huge.usefulRows());
    }

    @Test
    void knowsASizeThatItHasSeenThoughNoOther() {
        observe(1, of(1, 7));
        assertEquals(0, model.safeNanos(1));
        observe(1, of(1, 20));
        assertEquals(A + C, (double) model.safeNanos(1), 0.01 * (A + C));
    }

    @Test
    void aProfileIsEnoughToKnow() {
        LatencyModel profiled = new LatencyModel(IntStream.range(0, 14)
                .map(i -> 1 << (i / 2))
                .mapToObj(rows -> new LatencyPoint(rows, A + C * rows))
                .toList());
        assertTrue(profiled.isKnown());
        assertLine(profiled, 1, 32, 0.05);
    }

    @Test
    void keepsTheShapeWhenAllBatchesHaveOneSize() {
        observe(1, sizes(100));
        observe(1, of(16, 1000));
        assertEquals(A, model.batchNanos(), 0.05 * A);
        assertEquals(C, model.rowNanos(), 0.05 * C);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1", "1, 4", "3, 1"})
    void followsAChangeOfSpeedWithin50Batches(double before, double after) {
        observe(before, sizes(200));
        observe(after, sizes(50));
        for (int rows : new int[] {8, 32, 64}) {
            assertLine(model, after, rows, 0.05);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 2})
    void followsAChangeOfSpeedThoughAllBatchesHaveOneSize(double factor) {
        observe(1, sizes(100));
        observe(1, of(16, 100));
        observe(factor, of(16, 50));
        for (int rows : new int[] {1, 16, 64}) {
            assertLine(model, factor, rows, rows == 16 ? 0.02 : 0.1);
        }
    }

    @Test
    void oneOddBatchHardlyMatters() {
        observe(1, sizes(100));
        observe(100, 32);
        assertLine(model, 1, 32, 0.03);
    }

    @ParameterizedTest
    @CsvSource({"0, 1000000, 1", "9000, 1200, 375", "60000, 100000, 30"})
    void saysFromWhereOnBatchingGainsNothing(long batchNanos, long rowNanos, int useful) {
        LatencyModel profiled = new LatencyModel(IntStream.range(0, 20)
                .mapToObj(i -> 1 << i % 10)
                .map(rows -> new LatencyPoint(rows, batchNanos + rowNanos * rows))
                .toList());
        assertEquals(useful, profiled.usefulRows(), 0.05 * useful);
    }

    @Test
    void neverMakesALargerBatchFasterWhateverItSees() {
        for (long seed = 1; seed <= 2000; seed++) {
            Random random = new Random(seed);
            LatencyModel any = new LatencyModel(List.of());
            for (int i = 0; i < 60; i++) {
                any.observe(random.nextInt(1 + random.nextInt(100)), (long) Math.exp(20 * random.nextDouble()) - 1);
                assertTrue(any.batchNanos() >= 0, "fixed part " + any.batchNanos() + " with seed " + seed);
                assertTrue(any.rowNanos() > 0, "part of a row " + any.rowNanos() + " with seed " + seed);
                int rows = any.rowsWithin(1_000_000);
                boolean within = rows == 0 || any.safeNanos(rows) <= 1_000_000;
                assertTrue(within && any.safeNanos(rows / 2) >= any.nanos(rows / 2) * (any.isKnown() ? 1 : 0));
            }
        }
    }
}
