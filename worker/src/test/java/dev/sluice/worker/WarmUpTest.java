package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.LatencyModel;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
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
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is run before a model takes requests, in virtual time. */
class WarmUpTest {

    private static final Duration AMPLE = Duration.ofMinutes(1);
    private static final TensorSpec OUTPUT = new TensorSpec("y", DataType.FP32, new Shape(-1, 1));

    private final FakeTicker ticker = new FakeTicker();
    private final DeviceTurns turns = new DeviceTurns(1);
    private final PatientShare device = new PatientShare(new DeviceTurns.Stake(turns, 1));
    private final List<Integer> ran = new ArrayList<>();
    private boolean complete;

    private List<LatencyPoint> profile(IntUnaryOperator nanosOfRows, int maxBatchRows, Duration budget) {
        return profile(batchedBy(new Shape(-1, 4)), nanosOfRows, maxBatchRows, budget);
    }

    private List<LatencyPoint> profile(
            Signature signature, IntUnaryOperator nanosOfRows, int maxBatchRows, Duration budget) {
        WarmUp.Profile profile = new WarmUp(timed(nanosOfRows), signature, device, ticker).run(maxBatchRows, budget);
        assertEquals(1, turns.free());
        complete = profile.complete();
        return profile.points();
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
        assertTrue(complete);
    }

    @Test
    void stopsAtTheFirstSizeThatGainsNothing() {
        assertEquals(List.of(1, 2), sizes(profile(rows -> 1_000 * rows, 32, AMPLE)));
        assertTrue(ran.stream().allMatch(rows -> rows <= 2), ran.toString());
        assertTrue(complete);
    }

    @Test
    void oneSlowRunDoesNotEndTheSearch() {
        int[] runs = {0};
        List<LatencyPoint> profile = profile(
                rows -> {
                    boolean hiccup = ++runs[0] == 4; // the first of two rows that is measured
                    return hiccup ? 1_000_000 : 1_000;
                },
                16,
                AMPLE);
        assertEquals(new LatencyPoint(2, 1_000_000), profile.get(1));
        assertEquals(List.of(1, 2, 4, 8, 16), sizes(profile));
    }

    @Test
    void whatAHeavyModelTookIsKnownThoughItUsesUpTheBudget() {
        List<LatencyPoint> profile = profile(rows -> 170_000_000 * rows, 32, Duration.ofSeconds(1));
        assertEquals(List.of(new LatencyPoint(1, 170_000_000), new LatencyPoint(2, 340_000_000)), profile);
        assertFalse(complete);
        assertTrue(new LatencyModel(profile).usefulRows() <= 4, "the first batches keep clients for seconds");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whereALargerBatchFailsThoseBeforeItAreTheProfile(boolean outOfMemory) {
        List<LatencyPoint> profile = profile(
                rows -> {
                    if (rows < 8) {
                        return 1_000;
                    }
                    if (outOfMemory) {
                        throw new OutOfMemoryError("as if");
                    }
                    throw new IllegalStateException("as if");
                },
                32,
                AMPLE);
        assertEquals(List.of(1, 2, 4), sizes(profile));
        assertEquals(15, profile.size());
        assertFalse(complete, "at the next start there may be memory");
        assertEquals(1, Collections.frequency(ran, 8));
    }

    @Test
    void aBatchForWhichThereCannotBeMemoryIsNotTried() {
        Signature huge = batchedBy(new Shape(-1, (1 << 29) - 1));
        WarmUp warmUp = new WarmUp(new FakeInstance(), huge, device, ticker);
        assertEquals(new WarmUp.Profile(List.of(), false), warmUp.run(4, AMPLE)); // one row has 2 GiB
    }

    @Test
    void eachRunWaitsForItsPlace() throws Exception {
        PatientShare other = new PatientShare(new DeviceTurns.Stake(turns, 1));
        other.begin();
        Thread thread = new Thread(() -> profile(rows -> 1_000, 1, AMPLE));
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        assertEquals(List.of(), ran);
        other.end(1);
        thread.join();
        assertEquals(6, ran.size());
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
        assertFalse(complete);
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
