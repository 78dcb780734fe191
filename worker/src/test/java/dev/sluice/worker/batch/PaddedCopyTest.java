package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Elements keep their indexes, and everything else is padding. */
class PaddedCopyTest {

    private static final byte[] NINE = {9, 0, 0, 0, 0, 0, 0, 0};

    private static Tensor copy(Tensor tensor, Shape shape) {
        int bytes = (int) shape.elementCount() * Long.BYTES;
        ByteBuffer target = ByteBuffer.allocate(bytes + 3).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(bytes + 3, PaddedCopy.copy(tensor, shape, target, 3, NINE));
        return new Tensor("x", DataType.INT64, shape, target.slice(3, bytes));
    }

    @Test
    void padsBehindEachRow() {
        Tensor tensor = Tensors.ofLongs("x", new Shape(2, 2), 1, 2, 3, 4);
        assertEquals("[1, 2, 9, 9, 3, 4, 9, 9]", Tensors.text(copy(tensor, new Shape(2, 4))));
    }

    @Test
    void cutsEachRow() {
        Tensor tensor = Tensors.ofLongs("x", new Shape(2, 3), 1, 2, 3, 4, 5, 6);
        assertEquals("[1, 4]", Tensors.text(copy(tensor, new Shape(2, 1))));
    }

    @Test
    void padsNothingToSomething() {
        assertEquals("[9, 9, 9, 9]", Tensors.text(copy(Tensors.ofLongs("x", new Shape(2, 0)), new Shape(2, 2))));
    }

    @Test
    void everyElementIsWhereItsIndexesSay() {
        Random random = new Random(1);
        for (int round = 0; round < 2_000; round++) {
            long[] from = random.longs(1 + random.nextInt(4), 0, 5).toArray();
            long[] to = random.longs(from.length, 0, 5).toArray();
            for (int axis = 0; axis < to.length; axis++) {
                to[axis] = random.nextBoolean() ? from[axis] : to[axis];
            }
            check(new Shape(from), new Shape(to), random);
        }
    }

    private static void check(Shape from, Shape to, Random random) {
        Tensor tensor =
                Tensors.ofLongs("x", from, random.longs(from.elementCount()).toArray());
        Tensor copy = copy(tensor, to);
        LongStream.range(0, to.elementCount()).forEach(place -> {
            long source = sameIndexes(place, to, from);
            long expected = source < 0 ? 9 : tensor.data().getLong((int) source * Long.BYTES);
            assertEquals(expected, copy.data().getLong((int) place * Long.BYTES), from + " to " + to + " at " + place);
        });
    }

    /** Where in {@code other} the element with the same indexes stands, or -1. */
    private static long sameIndexes(long place, Shape shape, Shape other) {
        long source = 0;
        long step = 1;
        long rest = place;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            long index = rest % shape.dimension(axis);
            rest /= shape.dimension(axis);
            if (index >= other.dimension(axis)) {
                return -1;
            }
            source += index * step;
            step *= other.dimension(axis);
        }
        return source;
    }
}
