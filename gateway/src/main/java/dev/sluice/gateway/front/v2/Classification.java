package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/**
 * The highest elements of each row as strings {@code value:index} or {@code value:index:label}.
 *
 * @thread stateless
 * @shape rows of n elements become rows of min(classes, n) strings; without a batch axis everything is one row
 * @errors InvalidRequest for an output of strings
 * @source Triton, classification extension; six decimals, as its server prints them
 */
final class Classification {

    private Classification() {}

    static Tensor of(Tensor output, int classes, Description model) {
        if (output.dataType() == DataType.BYTES) {
            throw InferenceException.invalid(
                    "outputs", "output \"" + output.name() + "\" is of strings and has no classes");
        }
        List<String> labels = model.labels();
        boolean oneRow = !model.signature().batched();
        int rows = oneRow ? 1 : (int) output.rows();
        int elements = rows == 0 ? 0 : (int) (output.shape().elementCount() / rows);
        int kept = Math.min(classes, elements);
        List<byte[]> strings = new ArrayList<>(rows * kept);
        for (int row = 0; row < rows; row++) {
            for (int index : highest(output, row * elements, elements, kept)) {
                double value = ElementValue.of(output, row * elements + index);
                String label = index < labels.size() ? ":" + labels.get(index) : "";
                String text = String.format(Locale.ROOT, "%f:%d%s", value, index, label);
                strings.add(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        Shape shape = oneRow ? new Shape(kept) : new Shape(rows, kept);
        return new Tensor(output.name(), DataType.BYTES, shape, prefixed(strings));
    }

    /** The indices of the highest elements of a row, the highest first; of equals the first, and NaN last. */
    private static List<Integer> highest(Tensor output, int from, int elements, int kept) {
        Comparator<Integer> worstFirst = (left, right) -> {
            int order = ElementValue.compare(output, from + left, from + right);
            return order != 0 ? order : Integer.compare(right, left);
        };
        PriorityQueue<Integer> best = new PriorityQueue<>(Math.max(1, kept), worstFirst);
        for (int index = 0; index < elements; index++) {
            best.add(index);
            if (best.size() > kept) {
                best.remove();
            }
        }
        List<Integer> indices = new ArrayList<>(best);
        indices.sort(worstFirst.reversed());
        return indices;
    }

    private static ByteBuffer prefixed(List<byte[]> strings) {
        int bytes = strings.stream()
                .mapToInt(each -> DataType.LENGTH_PREFIX_BYTES + each.length)
                .sum();
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        strings.forEach(each -> data.putInt(each.length).put(each));
        return data.flip();
    }
}
