package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The highest elements of each row as strings {@code value:index} or {@code value:index:label}.
 *
 * @thread stateless
 * @shape rows of n elements become rows of min(classes, n) strings; without a batch axis everything is one row
 * @bound {@value #MOST_CLASSES} classes, which {@link OutputsDecoder} holds requests to
 * @errors InvalidRequest for an output of strings
 * @source Triton, classification extension; six decimals, as its server prints them
 */
public final class Classification {

    /** Keeping them in order costs the front loop at most as many moves of an index for each element. */
    public static final int MOST_CLASSES = 1000;

    private static final VarHandle PREFIX = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int EXPECTED_STRING_BYTES = 32;
    private static final int MOST_EXPECTED_BYTES = 1 << 20;

    private final Tensor output;
    private final List<String> labels;
    private byte[] strings;
    private int length;

    private Classification(Tensor output, List<String> labels, int count) {
        this.output = output;
        this.labels = labels;
        this.strings = new byte[(int) Math.min((long) count * EXPECTED_STRING_BYTES, MOST_EXPECTED_BYTES)];
    }

    /** The highest elements of that output. */
    public static Tensor of(Tensor output, int classes, Description model) {
        if (output.dataType() == DataType.BYTES) {
            throw InferenceException.invalid(
                    "outputs", "output \"" + output.name() + "\" is of strings and has no classes");
        }
        boolean oneRow = !model.signature().batched();
        int rows = oneRow ? 1 : (int) output.rows();
        int elements = elementsOfARow(output.shape(), oneRow);
        int[] best = new int[Math.min(classes, elements)];
        Classification classification = new Classification(output, model.labels(), rows * best.length);
        for (int row = 0; row < rows; row++) {
            classification.findHighest(row * elements, elements, best);
            for (int index : best) {
                classification.append(row * elements, index);
            }
        }
        Shape shape = oneRow ? new Shape(best.length) : new Shape(rows, best.length);
        return new Tensor(output.name(), DataType.BYTES, shape, classification.data());
    }

    /** By its axes, because where there are no rows the elements say nothing. */
    private static int elementsOfARow(Shape shape, boolean oneRow) {
        long elements = 1;
        for (int axis = oneRow ? 0 : 1; axis < shape.rank(); axis++) {
            elements *= shape.dimension(axis);
        }
        return (int) elements;
    }

    /** The indices of the highest elements of a row, the highest first; of equals the first, and NaN last. */
    private void findHighest(int from, int elements, int[] best) {
        int found = 0;
        for (int index = 0; index < elements; index++) {
            if (found < best.length || (found > 0 && isHigher(from, index, best[found - 1]))) {
                int place = placeOf(from, index, best, found);
                int moved = Math.min(found, best.length - 1) - place;
                System.arraycopy(best, place, best, place + 1, moved);
                best[place] = index;
                found = Math.min(found + 1, best.length);
            }
        }
    }

    /** The place of the first that is lower, or behind all of them. */
    private int placeOf(int from, int index, int[] best, int found) {
        int low = 0;
        int high = found;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isHigher(from, index, best[middle])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private boolean isHigher(int from, int left, int right) {
        return ElementValue.compare(output, from + left, from + right) > 0;
    }

    /** One string, behind its length. */
    private void append(int from, int index) {
        byte[] label = index < labels.size() ? labels.get(index).getBytes(StandardCharsets.UTF_8) : null;
        ensure(DataType.LENGTH_PREFIX_BYTES
                + SixDecimals.ROOM
                + DecimalText.MAX_INTEGER_BYTES
                + 2
                + (label == null ? 0 : label.length));
        int start = length + DataType.LENGTH_PREFIX_BYTES;
        int to = SixDecimals.write(ElementValue.of(output, from + index), strings, start);
        strings[to++] = ':';
        to = DecimalText.writeInteger(index, strings, to);
        if (label != null) {
            strings[to++] = ':';
            System.arraycopy(label, 0, strings, to, label.length);
            to += label.length;
        }
        PREFIX.set(strings, length, to - start);
        length = to;
    }

    private void ensure(int more) {
        if (more > strings.length - length) {
            strings = Arrays.copyOf(strings, Math.max(Math.addExact(length, more), 2 * strings.length));
        }
    }

    private ByteBuffer data() {
        return ByteBuffer.wrap(strings, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
