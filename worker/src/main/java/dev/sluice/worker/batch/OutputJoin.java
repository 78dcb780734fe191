package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the answers to the pieces of a request together by rows: the reverse of {@link BatchSplit}.
 *
 * @thread any; holds nothing
 * @shape rows out = the sum of the rows in
 * @owns nothing: the joined tensors have memory of their own, on the heap
 */
final class OutputJoin {

    private OutputJoin() {}

    /** The outputs of all rows, or null where they differ in more than rows, or are too long for one tensor. */
    static @Nullable List<Tensor> join(List<InferenceResponse> answers) {
        int outputs = answers.getFirst().outputs().size();
        List<Tensor> joined = new ArrayList<>(outputs);
        for (int i = 0; i < outputs; i++) {
            int output = i;
            Tensor whole = joinOne(
                    answers.stream().map(answer -> answer.outputs().get(output)).toList());
            if (whole == null) {
                return null;
            }
            joined.add(whole);
        }
        return joined;
    }

    private static @Nullable Tensor joinOne(List<Tensor> pieces) {
        Tensor first = pieces.getFirst();
        long rows = 0;
        long bytes = 0;
        for (Tensor piece : pieces) {
            if (!piece.shape().sameBeyondRows(first.shape())) {
                return null;
            }
            rows += piece.rows();
            bytes += piece.byteCount();
        }
        if (bytes > Integer.MAX_VALUE) {
            return null;
        }
        ByteBuffer memory = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        int offset = 0;
        for (Tensor piece : pieces) {
            memory.put(offset, piece.data(), piece.data().position(), piece.byteCount());
            offset += piece.byteCount();
        }
        return new Tensor(first.name(), first.dataType(), first.shape().withRows(rows), memory);
    }
}
