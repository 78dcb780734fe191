package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.fake.FakeInstance;
import dev.sluice.worker.fake.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** What is run before a model takes requests, in virtual time. */
class WarmUpTest {

    private static final Duration AMPLE = Duration.ofMinutes(1);
    private static final TensorSpec OUTPUT = new TensorSpec("y", DataType.FP32, new Shape(-1, 1));

    private final FakeTicker ticker = new FakeTicker();
    private final List<Integer> ran = new ArrayList<>();

    private List<LatencyPoint> profile(IntUnaryOperator nanosOfRows, int maxBatchRows, Duration budget) {
        return profile(batchedBy(new Shape(-1, 4)), nanosOfRows, maxBatchRows, budget);
    }

    private List<LatencyPoint> profile(
            Signature signature, IntUnaryOperator nanosOfRows, int maxBatchRows, Duration budget) {
        return new WarmUp(timed(nanosOfRows), signature, ticker).run(maxBatchRows, budget);
    }

    private static Signature batchedBy(Shape shape) {
        return new Signature(List.of(new TensorSpec("x", DataType.FP32, shape)), List.of(OUTPUT), true);
    }

    private static List<Integer> sizes(List<LatencyPoint> profile) {
        return profile.stream().map(LatencyPoint::rows).distinct().toList();
    }

    @Test
    void goesUpToTheMaximumWhereBatchingGains() {
        List<LatencyPoint> profile = profile(rows -> 1_000 + 10 * rows, 20, AMPLE);
        assertEquals(List.of(1, 2, 4, 8, 16), sizes(profile));
        for (LatencyPoint point : profile) {
            assertEquals(1_000 + 10 * point.rows(), point.nanos());
        }
        assertEquals(25, profile.size());
    }

    @Test
    void stopsAtTheFirstSizeThatGainsNothing() {
        assertEquals(List.of(1, 2), sizes(profile(rows -> 1_000 * rows, 32, AMPLE)));
        assertTrue(ran.stream().allMatch(rows -> rows <= 2), ran.toString());
    }

    @Test
    void theFirstRunOfASizeIsNotBelieved() {
        List<Integer> seen = new ArrayList<>();
        List<LatencyPoint> profile = profile(
                rows -> {
                    boolean first = !seen.contains(rows);
                    seen.add(rows);
                    return first ? 1_000_000 : 1_000;
                },
                4,
                AMPLE);
        assertEquals(List.of(1, 2, 4), sizes(profile));
        assertTrue(profile.stream().allMatch(point -> point.nanos() == 1_000), profile.toString());
    }

    @Test
    void endsWithItsBudget() {
        Duration budget = Duration.ofNanos(10_000);
        profile(rows -> 1_000, 32, budget);
        assertTrue(ticker.nanos() <= 11_000, "ended at " + ticker.nanos());
        assertTrue(ran.size() >= 10, ran.toString());
    }

    @Test
    void withoutABudgetNothingRuns() {
        assertEquals(List.of(), profile(rows -> 1_000, 32, Duration.ZERO));
        assertEquals(List.of(), ran);
    }

    @Test
    void aModelThatIsNotBatchedIsWarmedAllTheSame() {
        Signature alone =
                new Signature(List.of(new TensorSpec("x", DataType.FP32, new Shape(3, 4))), List.of(OUTPUT), false);
        assertEquals(List.of(1), sizes(profile(alone, rows -> 1_000, 32, AMPLE)));
        assertTrue(ran.stream().allMatch(rows -> rows == 3), ran.toString());
    }

    @Test
    void shapesThatAreOpenBeyondTheRowsAreLeftAlone() {
        assertEquals(List.of(), profile(batchedBy(new Shape(-1, -1)), rows -> 1_000, 32, AMPLE));
        assertEquals(List.of(), ran);
    }

    @Test
    void aModelThatZerosDoNotSuitStartsWithoutAProfile() {
        List<LatencyPoint> profile = profile(
                rows -> {
                    throw new IllegalArgumentException("index out of range");
                },
                32,
                AMPLE);
        assertEquals(List.of(), profile);
        assertEquals(List.of(1), ran);
    }

    /** Takes as long as it is told, in virtual time. */
    private ModelInstance timed(IntUnaryOperator nanosOfRows) {
        return new FakeInstance(inputs -> {
            Tensor input = inputs.getFirst();
            int rows = (int) input.rows();
            ran.add(rows);
            assertEquals(16 * rows, input.byteCount());
            ticker.advance(nanosOfRows.applyAsInt(rows));
            return List.of();
        });
    }
}
