package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of tensors that part ways and come together again.
 *
 * @thread any; holds nothing
 * @bound what {@link Room} gives, before it is filled
 */
final class RowCopy {

    private static final int NOBODY = -1;

    private RowCopy() {}

    /** The rows at those places, in that order. */
    static Tensor pick(Tensor tensor, int[] places, Room room) {
        int[] starts = starts(tensor);
        int bytes = 0;
        for (int place : places) {
            bytes = Math.addExact(bytes, starts[place + 1] - starts[place]);
        }
        room.take(bytes);
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int place : places) {
            data.put(tensor.data().slice(starts[place], starts[place + 1] - starts[place]));
        }
        return new Tensor(tensor.name(), tensor.dataType(), tensor.shape().withRows(places.length), data.flip());
    }

    /**
     * Each row of the first that has it.
     *
     * @param parts of the same so many rows
     * @throws InferenceException InvalidRequest when nobody has one of them, or their rows are of different shapes
     */
    static Tensor join(String name, List<Value> parts, Room room) {
        Tensor first = parts.getFirst().tensor();
        int rows = Math.toIntExact(parts.getFirst().ofRows());
        int[] owners = new int[rows];
        int[] places = new int[rows];
        Arrays.fill(owners, NOBODY);
        for (int part = 0; part < parts.size(); part++) {
            claim(parts.get(part), part, owners, places);
            if (!parts.get(part).tensor().shape().sameBeyondRows(first.shape())
                    || parts.get(part).ofRows() != rows) {
                throw InferenceException.invalid(
                        "outputs",
                        name + " cannot be put together of " + first.shape() + " and "
                                + parts.get(part).tensor().shape() + ": send rows that go different ways apart");
            }
        }
        int[][] starts = parts.stream().map(part -> starts(part.tensor())).toArray(int[][]::new);
        int bytes = 0;
        for (int row = 0; row < rows; row++) {
            if (owners[row] == NOBODY) {
                throw InferenceException.invalid("outputs", "no stage that gives " + name + " has run for row " + row);
            }
            int[] of = starts[owners[row]];
            bytes = Math.addExact(bytes, of[places[row] + 1] - of[places[row]]);
        }
        room.take(bytes);
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            int[] of = starts[owners[row]];
            int start = of[places[row]];
            data.put(parts.get(owners[row]).tensor().data().slice(start, of[places[row] + 1] - start));
        }
        return new Tensor(name, first.dataType(), first.shape().withRows(rows), data.flip());
    }

    private static void claim(Value part, int number, int[] owners, int[] places) {
        Rows rows = part.rows();
        int count = Math.toIntExact(part.tensor().rows());
        for (int place = 0; place < count; place++) {
            int row = rows == null ? place : rows.which()[place];
            if (row < owners.length && owners[row] == NOBODY) {
                owners[row] = number;
                places[row] = place;
            }
        }
    }

    /** Where in its data each row begins, and behind the last one where it ends. */
    private static int[] starts(Tensor tensor) {
        int rows = Math.toIntExact(tensor.rows());
        int[] starts = new int[rows + 1];
        int at = tensor.data().position();
        starts[0] = at;
        if (tensor.dataType() != DataType.BYTES) {
            int rowBytes = rows == 0 ? 0 : tensor.byteCount() / rows;
            for (int row = 1; row <= rows; row++) {
                starts[row] = at + row * rowBytes;
            }
            return starts;
        }
        long each = rows == 0 ? 0 : tensor.shape().elementCount() / rows;
        for (int row = 1; row <= rows; row++) {
            for (long element = 0; element < each; element++) {
                at += DataType.LENGTH_PREFIX_BYTES + tensor.data().getInt(at);
            }
            starts[row] = at;
        }
        return starts;
    }

    /** What a model gives to no rows: as its output says, and nothing along the axes that it leaves open. */
    static Tensor none(TensorSpec spec) {
        Shape shape = spec.shape().withRows(0);
        for (int axis = 1; axis < shape.rank(); axis++) {
            shape = shape.with(axis, Math.max(0, shape.dimension(axis)));
        }
        ByteBuffer data = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(spec.name(), spec.dataType(), shape, data);
    }
}
