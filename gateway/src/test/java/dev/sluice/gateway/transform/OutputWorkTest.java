package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputWorkTest {

    private static OutputWork of(Pooling pooling, long... dimensions) {
        return OutputWork.of(new EmbeddingOutput("y", pooling, true, false), tensor("y", dimensions), List.of());
    }

    private static Tensor tensor(String name, long... dimensions) {
        Shape shape = new Shape(dimensions);
        ByteBuffer memory = ByteBuffer.allocate((int) shape.elementCount() * Float.BYTES);
        return new Tensor(name, DataType.FP32, shape, memory);
    }

    @Test
    void isMuchBeyondSoManyElements() {
        assertTrue(of(Pooling.NONE, 8, 1024).isSmall());
        assertFalse(of(Pooling.NONE, 8, 1025).isSmall());
        assertTrue(OutputWork.NONE.isSmall());
    }

    /** A label of each row, whatever else there would be to choose from. */
    @Test
    void countsTheClassesThatAreAnswered() {
        Tensor output = tensor("y", 20, 1000);
        assertEquals(
                new OutputWork(20_000, 20 * 3 * (64 + 5)),
                OutputWork.of(new ClassOutput("y", true, 3, 0), output, List.of("cat", "zebra")));
    }

    /** 1,365 boxes are few numbers, and up to a million comparisons. */
    @Test
    void countsTheBoxesThatAreCompared() {
        List<Tensor> outputs = List.of(tensor("b", 1, 1365, 6));
        assertTrue(OutputWork.of(boxes(Suppression.NONE), outputs).isSmall());
        OutputWork compared = OutputWork.of(boxes(Suppression.PER_CLASS), outputs);
        assertFalse(compared.isSmall());
        assertEquals(new OutputWork(8190 + 1_365_000, (8190 + 1365) * 4 + 1000 * 256), compared);
    }

    private static BoxesOutput boxes(Suppression suppression) {
        return new BoxesOutput(
                new BoxesOutput.Places("b", "", "", "", false),
                new BoxesOutput.Box(BoxesOutput.Corners.XYXY, BoxesOutput.Units.PIXELS),
                new BoxesOutput.Scores(BoxesOutput.Form.PER_CLASS, BoxesOutput.Activation.NONE, -1),
                new BoxesOutput.Kept(0.25, 0.5, suppression, 1000));
    }

    /** What is pooled is gone through whole, and takes no more than the vectors. */
    @Test
    void countsTheNumbersThatAreMade() {
        assertEquals(new OutputWork(12_800, 200 * 32), of(Pooling.MEAN, 2, 64, 100));
        assertEquals(new OutputWork(10_000, 10_000 * 32), of(Pooling.NONE, 2, 5000));
        assertEquals(new OutputWork(0, 0), of(Pooling.MEAN, 2, 0, 100));
    }
}
