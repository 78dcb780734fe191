package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Joins the rows of a batch's members into one tensor for each input.
 *
 * <p>Heap memory would make ONNX Runtime allocate a direct buffer in every call, several times the cost of a
 * reused one, so the joined rows live in direct buffers that are kept from batch to batch.
 *
 * <p>Members that differ along ragged axes are padded to the longest of them while they are copied.
 *
 * <p>Memory is made for as many rows as a batch may have, so it grows only for rows that are larger than those before,
 * or for a request that has more of them than a batch should. Where that would be too much to keep, it grows with the
 * batches, in powers of two.
 *
 * @thread owned by one worker thread
 * @bound one direct buffer for each input, and all together no more than the bytes given; beyond that, memory is made
 *     for one batch and left to the garbage collector
 * @owns the returned tensors' memory, which is valid until the next call
 */
public final class BatchGather {

    private final int maxBatchRows;
    private final long maxKeptBytes;
    private final RaggedAxes ragged;
    private final List<ByteBuffer> kept = new ArrayList<>();
    private long keptBytes;

    /** For batches of equal shapes. */
    public BatchGather(int maxBatchRows, long maxKeptBytes) {
        this(maxBatchRows, maxKeptBytes, RaggedAxes.NONE);
    }

    public BatchGather(int maxBatchRows, long maxKeptBytes, RaggedAxes ragged) {
        this.maxBatchRows = maxBatchRows;
        this.ragged = ragged;
        this.maxKeptBytes = maxKeptBytes;
    }

    /** Direct memory that is kept from batch to batch. */
    public long keptBytes() {
        return keptBytes;
    }

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
        Shape padded = padded(batch, input);
        return padded == null ? joinEqual(batch, input) : joinPadded(batch, input, padded);
    }

    /** The shape with room for every member, or null where they do not differ beyond their rows. */
    private @Nullable Shape padded(Batch batch, int input) {
        Tensor head = batch.first().inputs().get(input);
        if (!ragged.inputs().containsKey(head.name())) {
            return null;
        }
        Shape widest = head.shape();
        boolean differ = false;
        for (InferenceRequest member : batch.requests()) {
            Shape shape = member.inputs().get(input).shape();
            differ |= !shape.sameBeyondRows(widest);
            widest = widest.max(shape);
        }
        return differ ? widest.withRows(batch.rows()) : null;
    }

    private Tensor joinPadded(Batch batch, int input, Shape shape) {
        Tensor head = batch.first().inputs().get(input);
        byte[] padding =
                Objects.requireNonNull(ragged.inputs().get(head.name())).element();
        int bytes = Math.toIntExact(
                Math.multiplyExact(shape.elementCount(), head.dataType().elementBytes()));
        ByteBuffer memory = memoryFor(input, bytes, batch.rows());
        int offset = 0;
        for (InferenceRequest member : batch.requests()) {
            Tensor own = member.inputs().get(input);
            offset = PaddedCopy.copy(own, shape.withRows(own.rows()), memory, offset, padding);
        }
        return new Tensor(head.name(), head.dataType(), shape, view(memory, bytes));
    }

    private static ByteBuffer view(ByteBuffer memory, int bytes) {
        return memory.slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Tensor joinEqual(Batch batch, int input) {
        int bytes = 0;
        for (InferenceRequest request : batch.requests()) {
            bytes = Math.addExact(bytes, request.inputs().get(input).byteCount());
        }
        ByteBuffer memory = memoryFor(input, bytes, batch.rows());
        int offset = 0;
        for (InferenceRequest request : batch.requests()) {
            ByteBuffer data = request.inputs().get(input).data();
            memory.put(offset, data, data.position(), data.remaining());
            offset += data.remaining();
        }
        Tensor head = batch.first().inputs().get(input);
        Shape shape = batch.size() == 1 ? head.shape() : head.shape().withRows(batch.rows()); // one may have no rows
        return new Tensor(head.name(), head.dataType(), shape, view(memory, bytes));
    }

    private ByteBuffer memoryFor(int input, int bytes, int rows) {
        while (kept.size() <= input) {
            kept.add(ByteBuffer.allocateDirect(0));
        }
        ByteBuffer present = kept.get(input);
        if (present.capacity() >= bytes) {
            return present;
        }
        long budget = maxKeptBytes - keptBytes + present.capacity();
        if (bytes > budget) {
            return ByteBuffer.allocateDirect(bytes);
        }
        long wanted = roomFor(bytes, rows, present.capacity());
        if (wanted > budget) {
            wanted = Math.min(budget, powerOfTwo(bytes));
        }
        ByteBuffer memory = ByteBuffer.allocateDirect((int) wanted);
        kept.set(input, memory);
        keptBytes += wanted - present.capacity();
        return memory;
    }

    /** Room for the largest batch of such rows. Where rows differ in size, in powers of two, so as not to grow often. */
    private long roomFor(int bytes, int rows, int present) {
        long rowBytes = Math.ceilDiv(bytes, Math.max(1, rows));
        long wanted = Math.max(bytes, rowBytes * maxBatchRows);
        return Math.min(Integer.MAX_VALUE, present == 0 ? wanted : powerOfTwo(wanted));
    }

    /** That or the next larger; {@code bytes} is more than 0. */
    private static long powerOfTwo(long bytes) {
        return bytes == 1 ? 1 : Long.highestOneBit(bytes - 1) << 1;
    }
}
