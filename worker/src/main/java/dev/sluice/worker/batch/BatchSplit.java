package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the outputs of a batch apart by rows, as views of the engine's answer.
 *
 * @thread one use, on the batcher loop
 * @shape rows out = rows in, member by member, in the batch's order
 */
final class BatchSplit {

    private final List<Tensor> outputs;
    private final int[] nextByte;

    BatchSplit(List<Tensor> outputs) {
        this.outputs = outputs;
        this.nextByte = new int[outputs.size()];
    }

    /** The outputs of each member, if they fit. */
    static List<List<Tensor>> apart(List<Tensor> outputs, Batch batch) {
        BatchSplit split = new BatchSplit(outputs);
        List<List<Tensor>> parts = new ArrayList<>(batch.size());
        for (InferenceRequest request : batch.requests()) {
            parts.add(split.next(request.rows()));
        }
        return parts;
    }

    /** Whether every output has as many rows as the batch: otherwise axis 0 does not count rows after all. */
    static boolean fits(List<Tensor> outputs, int rows) {
        for (Tensor output : outputs) {
            if (output.shape().rank() == 0 || output.rows() != rows) {
                return false;
            }
        }
        return true;
    }

    /** The outputs of the next member, which has that many rows. */
    List<Tensor> next(int rows) {
        List<Tensor> part = new ArrayList<>(outputs.size());
        for (int i = 0; i < outputs.size(); i++) {
            Tensor output = outputs.get(i);
            int bytes = bytesOfRows(output, nextByte[i], rows);
            part.add(output.view(rows, nextByte[i], bytes));
            nextByte[i] += bytes;
        }
        return part;
    }

    private static int bytesOfRows(Tensor output, int fromByte, int rows) {
        if (output.rows() == 0) {
            return 0;
        }
        if (!output.dataType().isVariableSize()) {
            return (int) (output.byteCount() / output.rows() * rows);
        }
        long elements = output.shape().withRows(rows).elementCount();
        int position = output.data().position() + fromByte;
        int end = position;
        for (long i = 0; i < elements; i++) {
            end += DataType.LENGTH_PREFIX_BYTES + output.data().getInt(end);
        }
        return end - position;
    }
}
