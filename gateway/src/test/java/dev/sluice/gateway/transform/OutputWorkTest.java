package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class OutputWorkTest {

    private static OutputWork of(Pooling pooling, long... dimensions) {
        Shape shape = new Shape(dimensions);
        ByteBuffer memory = ByteBuffer.allocate((int) shape.elementCount() * Float.BYTES);
        return OutputWork.of(
                new EmbeddingOutput("y", pooling, true, false), new Tensor("y", DataType.FP32, shape, memory));
    }

    @Test
    void isMuchBeyondSoManyElements() {
        assertTrue(of(Pooling.NONE, 8, 1024).isSmall());
        assertFalse(of(Pooling.NONE, 8, 1025).isSmall());
        assertTrue(OutputWork.NONE.isSmall());
    }

    /** What is pooled is gone through whole, and holds no more than its output and the vectors. */
    @Test
    void countsTheNumbersThatAreMade() {
        OutputWork pooled = of(Pooling.MEAN, 2, 64, 100);
        assertEquals(new OutputWork(12_800, 12_800 * 4 + 200 * 32), pooled);
        assertEquals(new OutputWork(200, 200 * 4 + 200 * 32), of(Pooling.NONE, 2, 100));
        assertEquals(new OutputWork(0, 0), of(Pooling.MEAN, 2, 0, 100));
    }
}
