package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * Copies a tensor's elements to where they stand in another shape of the same rank, which may be larger along some axes
 * and smaller along others: what is missing is filled with padding, and what is too much is left out.
 *
 * @thread confined to the call
 * @shape row-major on both sides; not for BYTES, whose elements differ in size
 */
final class PaddedCopy {

    private final ByteBuffer from;
    private final ByteBuffer to;
    private final byte[] padding;
    private final Shape fromShape;
    private final Shape toShape;

    /** How many bytes a step along each axis is. */
    private final int[] fromSteps;

    private final int[] toSteps;

    /** From this axis on both have the same dimensions, so that what lies inside is one run of bytes. */
    private final int firstEqualAxis;

    private PaddedCopy(Tensor tensor, Shape toShape, ByteBuffer to, byte[] padding) {
        int elementBytes = tensor.dataType().elementBytes();
        this.from = tensor.data();
        this.to = to;
        this.padding = padding;
        this.fromShape = tensor.shape();
        this.toShape = toShape;
        this.fromSteps = steps(fromShape, elementBytes);
        this.toSteps = steps(toShape, elementBytes);
        int equal = toShape.rank();
        while (equal > 0 && fromShape.dimension(equal - 1) == toShape.dimension(equal - 1)) {
            equal--;
        }
        this.firstEqualAxis = equal;
    }

    /**
     * Writes the elements from {@code offset} of {@code target} on.
     *
     * @param padding one element
     * @return the offset behind them
     */
    static int copy(Tensor tensor, Shape shape, ByteBuffer target, int offset, byte[] padding) {
        PaddedCopy copy = new PaddedCopy(tensor, shape, target, padding);
        copy.axis(0, tensor.data().position(), offset);
        return offset + (int) shape.elementCount() * tensor.dataType().elementBytes();
    }

    private static int[] steps(Shape shape, int elementBytes) {
        int[] steps = new int[shape.rank()];
        long step = elementBytes;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            steps[axis] = (int) step;
            step *= shape.dimension(axis);
        }
        return steps;
    }

    private void axis(int axis, int fromByte, int toByte) {
        int common = (int) Math.min(fromShape.dimension(axis), toShape.dimension(axis));
        if (axis + 1 >= firstEqualAxis) {
            to.put(toByte, from, fromByte, common * toSteps[axis]);
        } else {
            for (int i = 0; i < common; i++) {
                axis(axis + 1, fromByte + i * fromSteps[axis], toByte + i * toSteps[axis]);
            }
        }
        int missing = (int) (toShape.dimension(axis) - common);
        fill(toByte + common * toSteps[axis], missing * toSteps[axis]);
    }

    /** One element, and then what is there already again and again. */
    private void fill(int start, int bytes) {
        if (bytes == 0) {
            return;
        }
        to.put(start, padding);
        for (int filled = padding.length; filled < bytes; ) {
            int more = Math.min(filled, bytes - filled);
            to.put(start + filled, to, start, more);
            filled += more;
        }
    }
}
