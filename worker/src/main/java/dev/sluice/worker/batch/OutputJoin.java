package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Puts the answers to the pieces of a request together by rows: the reverse of {@link BatchSplit}.
 *
 * @thread any; holds nothing
 * @shape rows out = the sum of the rows in
 * @owns nothing: the joined tensors have memory of their own, on the heap
 */
final class OutputJoin {

    private OutputJoin() {}

    /** Whether they are pieces of one answer. */
    static boolean differInRowsOnly(List<InferenceResponse> answers) {
        List<Tensor> first = answers.getFirst().outputs();
        for (InferenceResponse answer : answers) {
            List<Tensor> outputs = answer.outputs();
            if (outputs.size() != first.size()) {
                return false;
            }
            for (int i = 0; i < outputs.size(); i++) {
                if (!outputs.get(i).shape().sameBeyondRows(first.get(i).shape())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The bytes of the longest output of all rows, which may be too many for one tensor. */
    static long longestBytes(List<InferenceResponse> answers) {
        return outputs(answers).mapToLong(OutputJoin::bytes).max().orElse(0);
    }

    /** The outputs of all rows. */
    static List<Tensor> join(List<InferenceResponse> answers) {
        return outputs(answers).map(OutputJoin::joinOne).toList();
    }

    /** The pieces of each output. */
    private static Stream<List<Tensor>> outputs(List<InferenceResponse> answers) {
        return IntStream.range(0, answers.getFirst().outputs().size())
                .mapToObj(output -> answers.stream()
                        .map(answer -> answer.outputs().get(output))
                        .toList());
    }

    private static long bytes(List<Tensor> pieces) {
        return pieces.stream().mapToLong(Tensor::byteCount).sum();
    }

    private static Tensor joinOne(List<Tensor> pieces) {
        ByteBuffer memory = ByteBuffer.allocate(Math.toIntExact(bytes(pieces))).order(ByteOrder.LITTLE_ENDIAN);
        int offset = 0;
        for (Tensor piece : pieces) {
            memory.put(offset, piece.data(), piece.data().position(), piece.byteCount());
            offset += piece.byteCount();
        }
        Tensor first = pieces.getFirst();
        long rows = pieces.stream().mapToLong(Tensor::rows).sum();
        return new Tensor(first.name(), first.dataType(), first.shape().withRows(rows), memory);
    }
}
