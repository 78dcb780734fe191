package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingsTest {

    private static final TextNotes TWO = new TextNotes(new int[] {1, 2}, false, true);

    /** Of 0, 1, 2 and so on. */
    private static Tensor counted(DataType type, int... shape) {
        int count = 1;
        long[] dimensions = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            count *= shape[i];
            dimensions[i] = shape[i];
        }
        ByteBuffer data = ByteBuffer.allocate(count * type.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case FP16 -> data.putShort(Float.floatToFloat16(i));
                case FP64 -> data.putDouble(i);
                default -> data.putFloat(i);
            }
        }
        return new Tensor("vectors", type, new Shape(dimensions), data.flip());
    }

    private static EmbeddingOutput by(Pooling pooling) {
        return new EmbeddingOutput("vectors", pooling, false, true);
    }

    private static void assertElements(Tensor vectors, float... expected) {
        assertEquals(expected.length * Float.BYTES, vectors.byteCount());
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], vectors.data().getFloat(i * Float.BYTES), "element " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FP16", "FP32", "FP64"})
    void poolsTheTokensThatThereAre(DataType type) {
        Tensor tokens = counted(type, 2, 2, 3);
        assertElements(Embeddings.of(tokens, by(Pooling.MEAN), TWO, 0, () -> false), 0, 1, 2, 7.5f, 8.5f, 9.5f);
        assertElements(Embeddings.of(tokens, by(Pooling.LAST), TWO, 2, () -> false), 0, 1, 9, 10);
        TextNotes left = new TextNotes(new int[] {1, 2}, true, true);
        assertElements(Embeddings.of(tokens, by(Pooling.CLS), left, 1, () -> false), 3, 6);
        assertElements(Embeddings.of(counted(type, 2, 2), by(Pooling.NONE), TWO, 0, () -> false), 0, 1, 2, 3);
    }

    /** One vector for three texts would be the first one's alone. */
    @Test
    void refusesOtherRowsThanThereAreTexts() {
        for (int rows : new int[] {0, 1, 3}) {
            for (Pooling pooling : Pooling.values()) {
                Tensor output =
                        pooling == Pooling.NONE ? counted(DataType.FP32, rows, 4) : counted(DataType.FP32, rows, 2, 4);
                String said = String.valueOf(
                        assertThrows(
                                        InferenceException.class,
                                        () -> Embeddings.of(output, by(pooling), TWO, 0, () -> false))
                                .getMessage());
                assertEquals("outputs: " + output + " does not have a row for each of 2 texts", said);
            }
        }
    }

    @Test
    void endsBetweenTwoRowsWhenNobodyWaits() {
        AtomicInteger asked = new AtomicInteger();
        InferenceException given = assertThrows(
                InferenceException.class,
                () -> Embeddings.of(
                        counted(DataType.FP32, 2, 2, 3),
                        by(Pooling.MEAN),
                        TWO,
                        0,
                        () -> asked.incrementAndGet() == 2));
        assertInstanceOf(InferenceError.Cancelled.class, given.error());
    }

    @Test
    void refusesToPoolForLong() {
        assertFalse(Embeddings.isTooMuch(new Shape(1024, 256, 512)));
        assertTrue(Embeddings.isTooMuch(new Shape(1024, 257, 512)));
    }
}
