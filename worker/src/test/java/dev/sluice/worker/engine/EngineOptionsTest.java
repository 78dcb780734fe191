package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineOptionsTest {

    private static final Path FILE = Path.of("model.onnx");
    private static final Signature OWN = signature(new Shape(-1, 2), new Shape(4, 3));

    private static Signature signature(Shape input, Shape output) {
        return new Signature(
                List.of(new TensorSpec("x", DataType.FP32, input)),
                List.of(new TensorSpec("y", DataType.FP32, output)),
                false);
    }

    private static void check(Signature declared) throws ModelLoadException {
        new EngineOptions(1, Placement.CPU, declared).check(FILE, OWN);
    }

    @Test
    void aModelThatSaysItItselfMayBeDeclaredAsWell() {
        assertDoesNotThrow(() -> check(OWN));
        assertDoesNotThrow(() -> check(signature(new Shape(8, 2), new Shape(-1, 3))), "what one leaves open");
        assertDoesNotThrow(() -> new EngineOptions(1).check(FILE, OWN));
    }

    @Test
    void aContradictionIsRefused() {
        ModelLoadException refused =
                assertThrows(ModelLoadException.class, () -> check(signature(new Shape(-1, 5), new Shape(4, 3, 1))));
        assertEquals(
                "model.yaml declares another signature than it has: input x FP32[-1,5] (it has [x FP32[-1,2]]),"
                        + " output y FP32[4,3,1] (it has [y FP32[4,3]])",
                refused.reason());
    }

    @Test
    void anotherNameOrTypeIsAContradiction() {
        List<TensorSpec> outputs = OWN.outputs();
        for (TensorSpec input : List.of(
                new TensorSpec("z", DataType.FP32, new Shape(-1, 2)),
                new TensorSpec("x", DataType.INT64, new Shape(-1, 2)))) {
            assertThrows(ModelLoadException.class, () -> check(new Signature(List.of(input), outputs, false)));
        }
    }
}
