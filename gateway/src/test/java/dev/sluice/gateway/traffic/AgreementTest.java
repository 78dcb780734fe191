package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts as the same answer. */
class AgreementTest {

    private static final Agreement NUMBERS = new Agreement(0, 0.01);
    private static final Agreement THREE_CLASSES = new Agreement(3, 0.01);

    private static Tensor floats(Shape shape, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new Tensor("y", DataType.FP32, shape, data);
    }

    private static Tensor row(float... values) {
        return floats(new Shape(1, values.length), values);
    }

    private static boolean agree(Agreement agreement, Tensor one, Tensor other) {
        boolean holds = agreement.holds(List.of(one), List.of(other));
        assertTrue(agreement.holds(List.of(one), List.of(one)) && agreement.holds(List.of(other), List.of(other)));
        return holds;
    }

    @Test
    void numbersAgreeWithinTheTolerance() {
        assertTrue(agree(NUMBERS, row(0.5f, 1000), row(0.509f, 1009)));
        assertFalse(agree(NUMBERS, row(0.5f, 1000), row(0.52f, 1000)), "of 1, for small ones");
        assertFalse(agree(NUMBERS, row(0.5f, 1000), row(0.5f, 1011)), "of the number, for large ones");
        assertTrue(agree(NUMBERS, row(Float.NaN), row(Float.NaN)));
        assertFalse(agree(NUMBERS, row(Float.NaN), row(1)));
        assertTrue(agree(NUMBERS, row(Float.POSITIVE_INFINITY), row(Float.POSITIVE_INFINITY)));
        assertFalse(agree(NUMBERS, row(Float.POSITIVE_INFINITY), row(1)));
        assertFalse(agree(NUMBERS, row(1), row(Float.NEGATIVE_INFINITY)));
    }

    @Test
    void scoresAgreeWhenTheHighestClassDoes() {
        assertTrue(agree(THREE_CLASSES, row(-2, 5, 1), row(0, 9, 3)));
        assertFalse(agree(THREE_CLASSES, row(-2, 5, 1), row(-2, 5, 6)));
        Tensor one = floats(new Shape(2, 3), 1, 0, 0, 0, 0, 1);
        Tensor other = floats(new Shape(2, 3), 1, 0, 0, 0, 1, 0);
        assertFalse(agree(THREE_CLASSES, one, other), "in the second row");
    }

    @Test
    void probabilitiesAreScoresWhateverIsKnownOfLabels() {
        assertTrue(agree(NUMBERS, row(0.1f, 0.9f), row(0.4f, 0.6f)));
        assertFalse(agree(NUMBERS, row(0.1f, 0.9f), row(0.6f, 0.4f)));
        assertFalse(agree(NUMBERS, row(0.1f, 0.9f), row(0.4f, 0.7f)), "which are none");
    }

    @Test
    void otherKindsMustBeEqual() {
        ByteBuffer one = ByteBuffer.wrap(new byte[] {1, 0, 0, 0}).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer two = ByteBuffer.wrap(new byte[] {2, 0, 0, 0}).order(ByteOrder.LITTLE_ENDIAN);
        Shape shape = new Shape(1);
        assertFalse(agree(
                NUMBERS, new Tensor("y", DataType.INT32, shape, one), new Tensor("y", DataType.INT32, shape, two)));
        assertFalse(agree(NUMBERS, row(1), floats(new Shape(1), 1)), "another shape");
        assertFalse(NUMBERS.holds(List.of(row(1)), List.of()));
    }

    @Test
    void halvesAreNumbersToo() {
        ByteBuffer one = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, Float.floatToFloat16(2));
        ByteBuffer two = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, Float.floatToFloat16(2.01f));
        Shape shape = new Shape(1);
        assertTrue(
                agree(NUMBERS, new Tensor("y", DataType.FP16, shape, one), new Tensor("y", DataType.FP16, shape, two)));
        assertFalse(agree(
                new Agreement(0, 0.001),
                new Tensor("y", DataType.FP16, shape, one),
                new Tensor("y", DataType.FP16, shape, two)));
        assertFalse(agree(NUMBERS, brain(shape, 2), brain(shape, 3)));
        assertTrue(agree(NUMBERS, brain(shape, 1000), brain(shape, 1004)));
    }

    private static Tensor brain(Shape shape, float value) {
        short bits = (short) (Float.floatToIntBits(value) >>> 16);
        ByteBuffer data = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, bits);
        return new Tensor("y", DataType.BF16, shape, data);
    }
}
