package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins the rows of a batch's members into one tensor for each input.
 *
 * <p>Heap memory would make ONNX Runtime allocate a direct buffer in every call, several times the cost of a
 * reused one, so the joined rows live in direct buffers that are kept from batch to batch.
 *
 * @thread owned by one worker thread
 * @bound one direct buffer for each input; larger ones than {@value #KEPT_BYTES} bytes are not kept
 * @owns the returned tensors' memory, which is valid until the next call
 */
public final class BatchGather {

    static final int KEPT_BYTES = 16 << 20;

    private final List<ByteBuffer> kept = new ArrayList<>();

    /** The inputs of the batch, all in direct memory. A batch of one that is there already is passed through. */
    public List<Tensor> gather(Batch batch) {
        List<Tensor> first = batch.first().inputs();
        if (batch.size() == 1 && first.stream().allMatch(input -> input.data().isDirect())) {
            return first;
        }
        List<Tensor> joined = new ArrayList<>(first.size());
        for (int input = 0; input < first.size(); input++) {
            joined.add(join(batch, input));
        }
        return joined;
    }

    private Tensor join(Batch batch, int input) {
        int bytes = 0;
        for (QueuedRequest member : batch.members()) {
            bytes = Math.addExact(bytes, member.request().inputs().get(input).byteCount());
        }
        ByteBuffer memory = memoryFor(input, bytes);
        int offset = 0;
        for (QueuedRequest member : batch.members()) {
            ByteBuffer data = member.request().inputs().get(input).data();
            memory.put(offset, data, data.position(), data.remaining());
            offset += data.remaining();
        }
        Tensor head = batch.first().inputs().get(input);
        ByteBuffer view = memory.slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
        Shape shape = batch.size() == 1 ? head.shape() : head.shape().withRows(batch.rows()); // one may have no rows
        return new Tensor(head.name(), head.dataType(), shape, view);
    }

    private ByteBuffer memoryFor(int input, int bytes) {
        while (kept.size() <= input) {
            kept.add(ByteBuffer.allocateDirect(0));
        }
        if (kept.get(input).capacity() >= bytes) {
            return kept.get(input);
        }
        if (bytes > KEPT_BYTES) {
            return ByteBuffer.allocateDirect(bytes);
        }
        ByteBuffer memory = ByteBuffer.allocateDirect(Math.max(1024, Integer.highestOneBit(bytes - 1) << 1));
        kept.set(input, memory);
        return memory;
    }
}
