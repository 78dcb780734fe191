package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands out the raw tensors behind the JSON of a request, in their order, as views of the body.
 *
 * @thread confined to one front loop
 * @bound no copy; each byte is looked at only where its type has values that are none (BOOL, BYTES)
 * @errors InvalidRequest when there are too few bytes, too many, or not as many as the shape says
 * @source Triton, binary tensor data extension
 */
final class RawTensors {

    private final RequestBody body;
    private int position;

    RawTensors(RequestBody body) {
        this.body = body;
        this.position = body.jsonEnd();
    }

    int remaining() {
        return body.end() - position;
    }

    /** The next tensor, which is said to have that many bytes. */
    ByteBuffer take(String field, long bytes, DataType dataType, Shape shape) {
        if (bytes > remaining()) {
            throw InferenceException.invalid(
                    field + ".parameters.binary_data_size",
                    bytes + " bytes, and the body has only " + remaining() + " left behind the JSON");
        }
        ByteBuffer data =
                ByteBuffer.wrap(body.array(), position, (int) bytes).slice().order(ByteOrder.LITTLE_ENDIAN);
        position += (int) bytes;
        TensorBytes.check(field, data, dataType, shape);
        return data;
    }

    void requireEnd() {
        if (remaining() > 0) {
            throw InferenceException.invalid("body", remaining() + " bytes follow the last tensor");
        }
    }
}
