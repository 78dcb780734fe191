package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a list of texts is answered of outputs that need not have rows. */
class PredictWriterTest {

    private static Tensor output(long... shape) {
        Shape of = new Shape(shape);
        return new Tensor("y", DataType.FP32, of, ByteBuffer.allocate(Float.BYTES * (int) of.elementCount()));
    }

    private static String rows(int texts, long... shape) {
        return PredictWriter.rows(output(shape), texts).toString();
    }

    @Test
    void eachTextHasItsRowAndOneAloneAllThatThereIs() {
        assertEquals("[y FP32[1,3], y FP32[1,3]]", rows(2, 2, 3));
        assertEquals("[y FP32[1,3]]", rows(1, 1, 3));
        assertEquals("[y FP32[]]", rows(1), "as of a model without batches");
        assertEquals("[y FP32[3]]", rows(1, 3));
        assertThrows(InferenceException.class, () -> rows(2));
        assertThrows(InferenceException.class, () -> rows(2, 3));
    }
}
