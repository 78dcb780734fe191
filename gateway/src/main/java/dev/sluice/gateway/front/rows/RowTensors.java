package dev.sluice.gateway.front.rows;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A model's inputs in the making: the cells of a table, row by row, straight into the memory of tensors.
 *
 * @thread confined to one front loop; one use
 * @shape where all columns are one input, the cells of a row come in the model's order; where each is its own, in any
 * @owns the memory of the inputs until {@link #inputs}, or {@link #giveBack}
 */
final class RowTensors {

    private final JsonCursor cursor;
    private final Columns columns;
    private final List<GrowingTensor> tensors = new ArrayList<>();

    RowTensors(JsonCursor cursor, Columns columns, TensorBuffers buffers) {
        this.cursor = cursor;
        this.columns = columns;
        Signature signature = columns.signature();
        signature.inputs().forEach(spec -> tensors.add(new GrowingTensor(cursor, buffers, spec)));
    }

    /** The one tensor of all columns, which takes rows whole. */
    GrowingTensor whole() {
        return tensors.getFirst();
    }

    /** Rows that column has until now, where it is an input of its own. */
    int rows(int place) {
        return tensor(place).values();
    }

    /** Reads the value that stands here as the cell of that column in the row that is being read. */
    void readCell(int place) {
        byte next = cursor.peek();
        boolean bytes = next == '{' && columns.spec(place).dataType() == DataType.BYTES;
        if (next == '[' || (next == '{' && !bytes)) {
            throw InferenceException.invalid("", "expected one value and found a " + (next == '[' ? "list" : "object"));
        }
        tensor(place).read();
    }

    /** The same for text that stands between those places. */
    void readText(int place, int from, int to) {
        tensor(place).readText(from, to);
    }

    private GrowingTensor tensor(int place) {
        return tensors.get(columns.areTogether() ? 0 : place);
    }

    /**
     * The inputs, each of that many rows; an optional one that no row has is none.
     *
     * @param width of the rows, where they are of one input
     */
    List<Tensor> inputs(int rows, int width) {
        if (rows == 0) {
            throw InferenceException.invalid(RowTable.WHOLE, "the table has no rows");
        }
        List<Tensor> inputs = new ArrayList<>(tensors.size());
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() == 0) {
                continue;
            }
            TensorSpec spec = tensor.spec();
            Shape shape =
                    spec.shape().rank() == 1 ? new Shape(rows) : new Shape(rows, columns.areTogether() ? width : 1);
            if (!spec.shape().accepts(shape)) {
                throw InferenceException.invalid(
                        RowTable.WHOLE,
                        "input \"" + spec.name() + "\" expects " + spec.shape() + " (-1 is any) and got " + shape);
            }
            inputs.add(tensor.tensor(shape));
        }
        return inputs;
    }

    void giveBack() {
        tensors.forEach(GrowingTensor::giveBack);
    }
}
