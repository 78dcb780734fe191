package dev.sluice.worker.detection;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * One row of an output: the same numbers of each box.
 *
 * @thread confined to its caller
 * @bound four bytes for each number
 */
final class NumberTable {

    /** Those that numbers are read of. */
    static final Set<DataType> READ =
            Set.of(DataType.UINT8, DataType.INT32, DataType.INT64, DataType.FP16, DataType.FP32, DataType.FP64);

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
        int bytes = tensor.byteCount() / rows;
        float[] numbers = new float[bytes / type.elementBytes()];
        ByteBuffer data = tensor.data();
        int from = data.position() + row * bytes;
        ByteBuffer part = data.slice(from, bytes).order(data.order());
        switch (type) {
            case FP32 -> part.asFloatBuffer().get(numbers);
            case FP16 -> fill(numbers, i -> Float.float16ToFloat(part.getShort(i * Short.BYTES)));
            case FP64 -> fill(numbers, i -> (float) part.getDouble(i * Double.BYTES));
            case INT64 -> fill(numbers, i -> (float) part.getLong(i * Long.BYTES));
            case INT32 -> fill(numbers, i -> (float) part.getInt(i * Integer.BYTES));
            case UINT8 -> fill(numbers, i -> (float) (part.get(i) & 0xFF));
            case BOOL, UINT16, UINT32, UINT64, INT8, INT16, BF16, BYTES ->
                throw new IllegalArgumentException(tensor + ": boxes are not made of " + type);
        }
        return numbers;
    }

    /**
     * Reads a number.
     *
     * @thread stateless
     */
    @FunctionalInterface
    private interface Element {

        float at(int index);
    }

    private static void fill(float[] numbers, Element element) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = element.at(i);
        }
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
