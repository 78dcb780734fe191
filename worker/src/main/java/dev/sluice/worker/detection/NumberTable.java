package dev.sluice.worker.detection;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * One row of an output: the same numbers of each box.
 *
 * @thread confined to its caller
 * @bound four bytes for each number
 */
final class NumberTable {

    private final float[] numbers;
    private final int boxes;
    private final int columns;
    private final boolean boxesLast;

    /**
     * That row.
     *
     * @param shape of all outputs
     * @param boxesLast whether each number of all boxes stands together
     */
    NumberTable(Tensor tensor, int row, BoxShape shape, boolean boxesLast) {
        this.numbers = numbers(tensor, row, (int) shape.rows());
        this.boxes = (int) shape.boxes();
        this.columns = boxes == 0 ? 0 : numbers.length / boxes;
        this.boxesLast = boxesLast;
    }

    /** All numbers of a row. */
    static float[] numbers(Tensor tensor, int row, int rows) {
        DataType type = tensor.dataType();
        if (!Numbers.reads(type)) {
            throw new IllegalArgumentException(tensor + ": boxes are not made of " + type);
        }
        int bytes = tensor.byteCount() / rows;
        float[] numbers = new float[bytes / type.elementBytes()];
        if (type == DataType.FP32) {
            ByteBuffer data = tensor.data();
            data.slice(data.position() + row * bytes, bytes)
                    .order(data.order())
                    .asFloatBuffer()
                    .get(numbers);
        } else {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) Numbers.at(tensor, row * numbers.length + i);
            }
        }
        return numbers;
    }

    int columns() {
        return columns;
    }

    float at(int box, int column) {
        return numbers[boxesLast ? column * boxes + box : box * columns + column];
    }

    /** Makes each box's number the largest of those columns, if it is not larger; what is no number is the largest. */
    void raise(float[] largest, int from, int to) {
        if (boxesLast) {
            for (int column = from; column < to; column++) {
                raise(largest, column * boxes);
            }
        } else {
            for (int box = 0; box < boxes; box++) {
                largest[box] = Math.max(largest[box], largest(box * columns + from, box * columns + to));
            }
        }
    }

    /** A loop that a processor takes many of at a time. */
    private void raise(float[] largest, int at) {
        for (int box = 0; box < boxes; box++) {
            largest[box] = Math.max(largest[box], numbers[at + box]);
        }
    }

    private float largest(int from, int to) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            most = Math.max(most, numbers[i]);
        }
        return most;
    }
}
