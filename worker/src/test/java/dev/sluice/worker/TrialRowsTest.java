package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of every datatype, and how answers of every datatype are looked at. */
class TrialRowsTest {

    private static Signature signature(DataType type, long... shape) {
        List<TensorSpec> tensors = List.of(new TensorSpec("x", type, new Shape(shape)));
        return new Signature(tensors, tensors, true);
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void numbersAreTheSameEachTimeAndFinite(DataType type) {
        Signature signature = signature(type, -1, 50);
        List<Tensor> numbers = TrialRows.numbers(signature);
        assertEquals(
                TrialRows.numbers(signature).getFirst().data(),
                numbers.getFirst().data());
        assertEquals(new Shape(1, 50), numbers.getFirst().shape());
        TrialAnswer answer = new TrialAnswer(signature, numbers);
        assertTrue(answer.undeclared().isEmpty() && answer.notFinite().isEmpty());
        boolean isZero = numbers.getFirst()
                .data()
                .equals(TrialRows.zeros(signature, 1).getFirst().data());
        assertEquals(type == DataType.BYTES, isZero);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP16", "BF16", "FP32", "FP64"})
    void whatIsNoNumberIsFoundWhereverItStands(DataType type) {
        int size = type.elementBytes();
        ByteBuffer data = ByteBuffer.allocate(10 * size).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case FP16 -> data.putShort(9 * size, Float.floatToFloat16(Float.NaN));
            case BF16 -> data.putShort(9 * size, (short) (Float.floatToRawIntBits(Float.NEGATIVE_INFINITY) >>> 16));
            case FP32 -> data.putFloat(9 * size, Float.POSITIVE_INFINITY);
            default -> data.putDouble(9 * size, Double.NaN);
        }
        Tensor tensor = new Tensor("x", type, new Shape(1, 10), data);
        assertEquals(
                "its output x " + type + "[1,10] is no finite number at 9",
                new TrialAnswer(signature(type, -1, 10), List.of(tensor))
                        .notFinite()
                        .orElseThrow());
    }

    @Test
    void sizesThatAreOpenBeyondTheRowsAreUnknown() {
        assertTrue(TrialRows.areKnown(signature(DataType.FP32, -1, 2)));
        assertFalse(TrialRows.areKnown(signature(DataType.FP32, -1, -1)));
        assertFalse(TrialRows.areKnown(signature(DataType.FP32, -1, 2).withoutBatching()));
    }
}
