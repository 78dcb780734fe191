package dev.sluice.worker.contract;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A named block of elements: the bytes from position to limit of {@code data}, row-major, little-endian, in exactly the
 * form of the binary tensor data extension (so BYTES elements carry their length prefix).
 *
 * <p>Nobody writes to {@code data} once it stands in a tensor, and everybody reads it by absolute index, so that
 * several threads may read one buffer. The memory of a request's inputs belongs to whoever decoded it and may be used
 * again as soon as the request's outcome has arrived; the memory of a response's outputs belongs to the garbage
 * collector.
 *
 * @shape the number of bytes agrees with shape and data type; for BYTES the number of prefixed elements does
 * @source Triton, binary tensor data extension
 */
public record Tensor(String name, DataType dataType, Shape shape, ByteBuffer data) {

    public Tensor {
        if (data.order() != ByteOrder.LITTLE_ENDIAN) {
            data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The size along axis 0; a scalar counts as one row. */
    public long rows() {
        return shape.rank() == 0 ? 1 : shape.dimension(0);
    }

    public int byteCount() {
        return data.remaining();
    }

    /** A view of other rows of the same kind: {@code byteCount} bytes from {@code byteOffset} on, never a copy. */
    public Tensor view(long rows, int byteOffset, int byteCount) {
        ByteBuffer part = data.slice(data.position() + byteOffset, byteCount).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(name, dataType, shape.withRows(rows), part);
    }

    @Override
    public String toString() {
        return name + " " + dataType + shape;
    }
}
