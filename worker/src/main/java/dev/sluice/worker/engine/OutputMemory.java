package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory that the engine writes outputs into, used again by each call: for the outputs whose size is known
 * beforehand, because at most axis 0 is variable and counts the rows of the batch.
 *
 * <p>An output that the engine allocates itself costs a native allocation, a Java object with its description and a
 * second crossing into native code to find it: 3 microseconds a call, of the 10 that a small network takes.
 *
 * @thread owned by one instance
 * @bound the bytes given; what does not fit, or has more rows, the engine allocates as before
 */
final class OutputMemory {

    /** Memory of one output, and what one row of it is like. */
    private record Slot(TensorSpec spec, OnnxJavaType type, long rowBytes, boolean hasRows, ByteBuffer memory) {

        Shape shape(long rows) {
            return hasRows ? spec.shape().withRows(rows) : spec.shape();
        }

        long bytes(long rows) {
            return hasRows ? rowBytes * rows : rowBytes;
        }
    }

    private final OrtEnvironment environment;
    private final Map<String, Slot> slots = new HashMap<>();

    OutputMemory(OrtEnvironment environment, Signature signature, int maxBatchRows, long maxBytes) {
        this.environment = environment;
        for (TensorSpec output : signature.outputs()) {
            add(output, signature.batched(), maxBatchRows, maxBytes);
        }
    }

    private void add(TensorSpec output, boolean batched, int maxBatchRows, long maxBytes) {
        OnnxJavaType type = OnnxTypes.overMemory(output.dataType());
        boolean hasRows = batched && output.shape().rank() > 0;
        Shape row = hasRows ? output.shape().withRows(1) : output.shape();
        if (type == null || !row.isFixed()) {
            return;
        }
        long rowBytes = row.elementCount() * output.dataType().elementBytes();
        long bytes = hasRows ? Math.multiplyExact(rowBytes, maxBatchRows) : rowBytes;
        if (bytes <= Math.min(maxBytes - bytes(), Integer.MAX_VALUE)) {
            ByteBuffer memory = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            slots.put(output.name(), new Slot(output, type, rowBytes, hasRows, memory));
        }
    }

    long bytes() {
        return slots.values().stream()
                .mapToLong(slot -> slot.memory().capacity())
                .sum();
    }

    /** A native tensor over the memory of that output, which the caller closes, or null if there is none so large. */
    @Nullable
    OnnxTensor lend(String output, long rows) throws OrtException {
        Slot slot = slots.get(output);
        if (slot == null || slot.bytes(rows) > slot.memory().capacity() || slot.bytes(rows) == 0) {
            return null;
        }
        ByteBuffer memory = slot.memory().slice(0, (int) slot.bytes(rows)).order(ByteOrder.LITTLE_ENDIAN);
        return OnnxTensor.createTensor(environment, memory, slot.shape(rows).dimensions(), slot.type());
    }

    /** What a call has written there, copied to the heap, for the next call writes there again. */
    Tensor read(String output, long rows) {
        Slot slot = slots.get(output);
        if (slot == null) {
            throw new IllegalStateException("there is no memory for output " + output);
        }
        int bytes = (int) slot.bytes(rows);
        ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(0, slot.memory(), 0, bytes);
        return new Tensor(output, slot.spec().dataType(), slot.shape(rows), copy);
    }

    /** From now on the engine allocates all outputs; the memory goes to the garbage collector. */
    void renounce() {
        slots.clear();
    }
}
