package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.fake.FakeModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that can run, that cannot, and that zeros do not suit. */
class RehearsalTest {

    @TempDir
    private Path version;

    private void play(UnaryOperator<List<Tensor>> model, boolean byZeros) throws IOException {
        play(DataType.INT64, model, new ModelServing.Tests(byZeros, true, false));
    }

    private void play(DataType type, UnaryOperator<List<Tensor>> model, ModelServing.Tests tests) throws IOException {
        LoadedModel loaded = new FakeModel(model) {
            @Override
            public Signature signature() {
                Shape row = new Shape(Shape.VARIABLE, 1); // or there would be no zeros
                return new Signature(
                        List.of(new TensorSpec("x", type, row)), List.of(new TensorSpec("y", type, row)), true);
            }
        };
        ModelInstance trial = loaded.newInstance(1, 0);
        PatientShare place = new PatientShare(new DeviceTurns.Stake(new DeviceTurns(1), 1));
        WarmUp warmUp = new WarmUp(trial, loaded.signature(), place, Ticker.SYSTEM);
        new Rehearsal(trial, warmUp, place, tests)
                .play(
                        version.resolve("model.onnx"),
                        zeros -> zeros.run(1, Duration.ofSeconds(1)).points());
    }

    private static List<Tensor> crash(List<Tensor> inputs) {
        throw new EngineRunException("it fell over", new IllegalStateException(), EngineRunException.Reason.OTHER);
    }

    /** Answers as declared, each element by what the model makes of the input's. */
    private static UnaryOperator<List<Tensor>> floats(DoubleUnaryOperator model) {
        return inputs -> {
            ByteBuffer x = inputs.getFirst().data();
            ByteBuffer y = ByteBuffer.allocate(x.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < y.capacity(); at += Float.BYTES) {
                y.putFloat(at, (float) model.applyAsDouble(x.getFloat(x.position() + at)));
            }
            return List.of(new Tensor("y", DataType.FP32, inputs.getFirst().shape(), y));
        };
    }

    private String refused(DoubleUnaryOperator model) {
        Exception refused = assertThrows(
                IllegalStateException.class,
                () -> play(DataType.FP32, floats(model), new ModelServing.Tests(true, true, false)));
        return String.valueOf(refused.getMessage());
    }

    @Test
    void whatRunsServes() throws IOException {
        play(inputs -> inputs, true);
        play(DataType.FP32, floats(x -> x + 1), new ModelServing.Tests(true, true, false));
    }

    @Test
    void whatAnswersNoNumbersDoesNotServe() {
        String expected =
                "its output y FP32[1,1] is no finite number at 0, neither for zeros nor for numbers between 0 and 1"
                        + " (golden samples, or finite_outputs: false in its model.yaml, let it serve all the same)";
        assertEquals(expected, refused(x -> Double.NaN));
        assertEquals(expected, refused(x -> Double.NEGATIVE_INFINITY));
    }

    @Test
    void unlessOnlyZerosAreToBlameOrItsOwnerSaysSo() throws IOException {
        play(DataType.FP32, floats(x -> 1 / x), new ModelServing.Tests(true, true, false));
        play(DataType.FP32, floats(Math::log), new ModelServing.Tests(true, true, false));
        play(DataType.FP32, floats(x -> Double.NaN), new ModelServing.Tests(true, false, false));
        play(DataType.FP32, floats(x -> Double.NaN), new ModelServing.Tests(false, true, false));
    }

    @Test
    void whatAnswersOtherThanItDeclaresDoesNotServe() throws IOException {
        UnaryOperator<List<Tensor>> wide = inputs -> List.of(new Tensor(
                "y",
                DataType.FP32,
                new Shape(1, 2),
                ByteBuffer.allocate(2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)));
        Exception refused = assertThrows(
                IllegalStateException.class,
                () -> play(DataType.FP32, wide, new ModelServing.Tests(true, true, false)));
        assertEquals(
                "its output is y FP32[1,2], and it declares y FP32[-1,1] (golden samples, or self_test: off in its"
                        + " model.yaml, let it serve all the same)",
                refused.getMessage());
        play(DataType.FP32, wide, new ModelServing.Tests(false, true, false));
    }

    @Test
    void whatCannotRunARowOfZerosDoesNotServe() {
        Exception refused = assertThrows(IllegalStateException.class, () -> play(RehearsalTest::crash, true));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("it fell over") && message.contains("self_test: off"), message);
    }

    @Test
    void unlessItsOwnerSaysSoOrZerosAreToBlame() throws IOException {
        play(RehearsalTest::crash, false);
        play(
                inputs -> {
                    throw InferenceException.invalid("inputs", "no zeros");
                },
                true);
    }

    @Test
    void goldenSamplesDecideWhereThereAreAny() throws IOException {
        Files.createDirectories(version.resolve("golden"));
        Files.writeString(version.resolve("golden/a.json"), """
                {"inputs": [{"name": "x", "datatype": "INT64", "shape": [1, 1], "data": [7]}],
                 "outputs": [{"name": "x", "datatype": "INT64", "shape": [1, 1], "data": [7]}]}""");
        boolean[] first = {true};
        play(
                inputs -> {
                    if (first[0]) {
                        first[0] = false;
                        return crash(inputs);
                    }
                    return inputs;
                },
                true);
        assertEquals(false, first[0]);
    }
}
