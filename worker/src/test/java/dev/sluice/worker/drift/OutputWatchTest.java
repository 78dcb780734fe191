package dev.sluice.worker.drift;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is taken of answers, how much of them, and what that takes. */
class OutputWatchTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final Duration WINDOW = Duration.ofNanos(1000L * OutputRing.MOST);
    private static final long INTERVAL = 1000;

    private static Signature signature(TensorSpec... outputs) {
        return new Signature(List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, 1))), List.of(outputs), true);
    }

    private static final TensorSpec SCORES = new TensorSpec("scores", DataType.FP32, new Shape(-1, 3));
    private static final TensorSpec VALUE = new TensorSpec("value", DataType.INT64, new Shape(-1));

    private static OutputWatch watch(OutputWatch.Choice choice, List<OutputSample> baseline, TensorSpec... outputs) {
        DriftOptions options = new DriftOptions(true, WINDOW, 500, Duration.ofSeconds(1));
        return OutputWatch.of(signature(outputs), choice, options, baseline, new SplittableRandom(1));
    }

    private static OutputWatch watch(TensorSpec... outputs) {
        return watch(OutputWatch.Choice.ALL, List.of(), outputs);
    }

    private static Tensor floats(String name, int columns, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return new Tensor(name, DataType.FP32, new Shape(values.length / columns, columns), data.flip());
    }

    private static Tensor longs(String name, long... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(data::putLong);
        return new Tensor(name, DataType.INT64, new Shape(values.length), data.flip());
    }

    private static InferenceResponse answer(Tensor... outputs) {
        return new InferenceResponse(MODEL, List.of(outputs), new Timing(0, 0, 0, 1, 0));
    }

    private static OutputSample only(OutputWatch watch, long nanos) {
        List<OutputSample> outputs = watch.report(MODEL, "b", nanos).lately();
        assertEquals(1, outputs.size());
        return outputs.getFirst();
    }

    @Test
    void ofScoresItTakesTheHighestAndItsClass() {
        OutputWatch watch = watch(SCORES);
        watch.turnEnds(0);
        watch.look(answer(floats("scores", 3, 0.1f, 0.7f, 0.2f)));
        watch.look(answer(floats("scores", 3, -5, -9, -4)));
        OutputSample sample = only(watch, 0);
        assertArrayEquals(new int[] {0, 1, 1}, sample.classes());
        assertArrayEquals(new float[] {0.7f, -4}, sample.values());
        assertEquals(0, sample.notFinite());
    }

    @Test
    void ofOthersItTakesAnyNumber() {
        OutputWatch watch = watch(VALUE);
        watch.turnEnds(0);
        watch.look(answer(longs("value", 7, 7, 7)));
        watch.look(answer(longs("value", -2)));
        OutputSample sample = only(watch, 0);
        assertFalse(sample.scoresClasses());
        assertArrayEquals(new float[] {7, -2}, sample.values());
    }

    @Test
    void everyRowAndElementIsTakenAlike() {
        OutputWatch watch = watch(SCORES, VALUE);
        int answers = 3000;
        for (int i = 0; i < answers; i++) {
            watch.turnEnds(i * INTERVAL);
            watch.look(answer(floats("scores", 3, 1, 0, 0, 0, 1, 0, 0, 0, 1), longs("value", 0, 1, 2)));
        }
        List<OutputSample> outputs =
                watch.report(MODEL, "b", answers * INTERVAL).lately();
        for (int count : outputs.getFirst().classes()) {
            assertEquals(1000, count, 130, "five deviations");
        }
        for (float number = 0; number < 3; number++) {
            int taken = 0;
            for (float value : outputs.getLast().values()) {
                taken += value == number ? 1 : 0;
            }
            assertEquals(1000, taken, 130, "five deviations");
        }
    }

    @Test
    void whatHasNoFiniteNumberIsCounted() {
        OutputWatch watch = watch(SCORES);
        watch.turnEnds(0);
        watch.look(answer(floats("scores", 3, 1, Float.NaN, 0)));
        watch.look(answer(floats("scores", 3, 1, Float.POSITIVE_INFINITY, 0)));
        watch.look(answer(floats("scores", 3)));
        watch.look(answer(floats("scores", 3, 1, 2, 0)));
        OutputSample sample = only(watch, 0);
        assertEquals(3, sample.notFinite());
        assertEquals(4, sample.size());
        assertArrayEquals(new int[] {0, 1, 0}, sample.classes());
    }

    @Test
    void whoeverSendsHowMuchNoMoreIsTakenThanAWindowHolds() {
        OutputWatch watch = watch(VALUE);
        int turns = 2 * OutputRing.MOST;
        for (int turn = 1; turn <= turns; turn++) {
            watch.turnEnds(turn * INTERVAL);
            for (int i = 0; i < 50; i++) {
                watch.look(answer(longs("value", turn)));
            }
        }
        OutputSample sample = only(watch, turns * INTERVAL);
        assertEquals(OutputRing.MOST, sample.size());
        for (float value : sample.values()) {
            assertTrue(value >= turns - OutputRing.MOST, value + " is older than the window");
        }
    }

    @Test
    void whatIsOlderThanTheWindowIsForgotten() {
        OutputWatch watch = watch(VALUE);
        watch.turnEnds(0);
        watch.look(answer(longs("value", 1)));
        watch.turnEnds(10 * INTERVAL);
        watch.look(answer(longs("value", 2)));
        assertEquals(2, only(watch, WINDOW.toNanos()).size());
        assertArrayEquals(
                new float[] {2}, only(watch, WINDOW.toNanos() + INTERVAL).values());
        assertEquals(0, only(watch, WINDOW.toNanos() + 11 * INTERVAL).size());
    }

    @Test
    void pausesAreNotMadeUpFor() {
        OutputWatch watch = watch(VALUE);
        watch.turnEnds(0);
        watch.turnEnds(1_000_000 * INTERVAL);
        for (int i = 0; i < 1000; i++) {
            watch.look(answer(longs("value", 1)));
        }
        assertEquals(16, only(watch, 1_000_000 * INTERVAL).size());
    }

    @Test
    void onlyAnswersAreNews() {
        OutputWatch watch = watch(VALUE);
        watch.turnEnds(0);
        watch.look(new InferenceError.Cancelled());
        assertFalse(watch.hasNews());
        watch.look(answer(longs("value", 1)));
        assertTrue(watch.hasNews());
        watch.report(MODEL, "b", 0);
        assertFalse(watch.hasNews());
    }

    @Test
    void memoryIsBoundedAndNoneIsTakenBeforeTheFirstAnswer() {
        TensorSpec[] many = new TensorSpec[20];
        Tensor[] outputs = new Tensor[20];
        for (int i = 0; i < many.length; i++) {
            many[i] = new TensorSpec("y" + i, DataType.FP32, new Shape(-1, 1000));
            outputs[i] = floats("y" + i, 1000, new float[1000]);
        }
        OutputWatch watch = watch(many);
        assertEquals(0, watch.heldBytes());
        for (int i = 0; i < 3 * OutputRing.MOST; i++) {
            watch.turnEnds(i * INTERVAL);
            watch.look(answer(outputs));
        }
        assertEquals(OutputWatch.MOST_OUTPUTS * OutputRing.MOST * 14, watch.heldBytes());
        assertEquals(
                OutputWatch.MOST_OUTPUTS,
                watch.report(MODEL, "b", 3 * OutputRing.MOST * INTERVAL)
                        .lately()
                        .size());
    }

    @Test
    void theOwnerChoosesOutputsAndSaysWhichAreNoScores() {
        OutputWatch watch =
                watch(new OutputWatch.Choice(List.of("scores"), List.of("scores")), List.of(), SCORES, VALUE);
        watch.turnEnds(0);
        watch.look(answer(floats("scores", 3, 4, 4, 4), longs("value", 7)));
        OutputSample sample = only(watch, 0);
        assertFalse(sample.scoresClasses());
        assertArrayEquals(new float[] {4}, sample.values());
        String error = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> watch(new OutputWatch.Choice(List.of("nothing"), List.of()), List.of(), SCORES))
                .getMessage());
        assertTrue(error.contains("nothing") && error.contains("scores"), error);
    }

    @Test
    void textAndOneThatIsSwitchedOffAreNotWatched() {
        assertTrue(watch(new TensorSpec("text", DataType.BYTES, new Shape(-1)))
                .report(MODEL, "b", 0)
                .lately()
                .isEmpty());
        DriftOptions off = new DriftOptions(true, WINDOW, 500, WINDOW).with(false, Duration.ZERO);
        OutputWatch watch =
                OutputWatch.of(signature(SCORES), OutputWatch.Choice.ALL, off, List.of(), new SplittableRandom(1));
        watch.turnEnds(0);
        watch.look(answer(floats("scores", 3, 1, 0, 0)));
        assertFalse(watch.hasNews());
    }

    @Test
    void goldenSamplesAreTakenRowByRow() {
        List<OutputSample> samples = OutputWatch.sample(
                signature(SCORES, VALUE),
                OutputWatch.Choice.ALL,
                List.of(floats("scores", 3, 1, 0, 0, 0, 0, 1), floats("scores", 3, 0, 0, 2), longs("value", 5, 5)),
                new SplittableRandom(1));
        assertArrayEquals(new int[] {1, 0, 2}, samples.getFirst().classes());
        assertArrayEquals(new float[] {5, 5}, samples.getLast().values());
    }

    @Test
    void whatIsNotAsDeclaredHarmsNobody() {
        OutputWatch watch = watch(SCORES, VALUE);
        watch.turnEnds(0);
        Tensor text = new Tensor(
                "scores", DataType.BYTES, new Shape(1), ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN));
        watch.look(answer(text, floats("value", 2, 5, 5)));
        watch.look(answer(floats("scores", 2, 1, 2)));
        List<OutputSample> outputs = watch.report(MODEL, "b", 0).lately();
        assertEquals(1, outputs.getFirst().notFinite(), "it has no whole row");
        assertArrayEquals(new float[] {5}, outputs.getLast().values());
    }

    @Test
    void everyTypeOfNumberIsRead() {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(0, -1);
        assertEquals(0x1p64f, taken(DataType.UINT64, bytes));
        assertEquals(-1, taken(DataType.INT32, bytes));
        assertEquals(0x1p32f, taken(DataType.UINT32, bytes));
        assertEquals(-1, taken(DataType.INT16, bytes));
        assertEquals(65535, taken(DataType.UINT16, bytes));
        assertEquals(-1, taken(DataType.INT8, bytes));
        assertEquals(255, taken(DataType.UINT8, bytes));
        bytes.putDouble(0, 0.5);
        assertEquals(0.5f, taken(DataType.FP64, bytes));
        bytes.putShort(0, Float.floatToFloat16(0.25f));
        assertEquals(0.25f, taken(DataType.FP16, bytes));
        bytes.putShort(0, (short) (Float.floatToIntBits(-2) >>> 16));
        assertEquals(-2, taken(DataType.BF16, bytes));
        bytes.put(0, (byte) 1);
        assertEquals(1, taken(DataType.BOOL, bytes));
    }

    private static float taken(DataType type, ByteBuffer bytes) {
        ByteBuffer element = bytes.slice(0, type.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
        OutputWatch watch = watch(new TensorSpec("y", type, new Shape(-1)));
        watch.turnEnds(0);
        watch.look(answer(new Tensor("y", type, new Shape(1), element)));
        return only(watch, 0).values()[0];
    }
}
