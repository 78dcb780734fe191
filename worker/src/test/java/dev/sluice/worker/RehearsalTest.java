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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that can run, that cannot, and that zeros do not suit. */
class RehearsalTest {

    @TempDir
    private Path version;

    private void play(UnaryOperator<List<Tensor>> model, boolean byZeros) throws IOException {
        LoadedModel loaded = new FakeModel(model) {
            @Override
            public Signature signature() {
                Shape row = new Shape(Shape.VARIABLE, 1); // or there would be no zeros
                return new Signature(
                        List.of(new TensorSpec("x", DataType.INT64, row)),
                        List.of(new TensorSpec("y", DataType.INT64, row)),
                        true);
            }
        };
        ModelInstance trial = loaded.newInstance(1, 0);
        PatientShare place = new PatientShare(new DeviceTurns.Stake(new DeviceTurns(1), 1));
        WarmUp warmUp = new WarmUp(trial, loaded.signature(), place, Ticker.SYSTEM);
        new Rehearsal(trial, warmUp, place, byZeros)
                .play(
                        version.resolve("model.onnx"),
                        zeros -> zeros.run(1, Duration.ofSeconds(1)).points());
    }

    private static List<Tensor> crash(List<Tensor> inputs) {
        throw new EngineRunException("it fell over", new IllegalStateException(), EngineRunException.Reason.OTHER);
    }

    @Test
    void whatRunsServes() throws IOException {
        play(inputs -> inputs, true);
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
