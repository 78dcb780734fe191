package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes a tensor as JSON lists nested as its shape is, whole or row by row; a scalar stands alone.
 *
 * @thread confined to one front loop; one use
 */
public final class NestedEncoder {

    private final Tensor tensor;
    private final ByteBuffer data;
    private final boolean base64;
    private final JsonOutput out;
    private int at;

    /** @param base64 whether strings are written as {@link Base64Object}s */
    public NestedEncoder(Tensor tensor, boolean base64, JsonOutput out) {
        this.tensor = tensor;
        this.data = tensor.data();
        this.base64 = base64;
        this.out = out;
        this.at = data.position();
    }

    /** All of it. */
    public void all() {
        level(0);
    }

    /** The next row. */
    public void nextRow() {
        level(1);
    }

    /** The next element. */
    public void nextElement() {
        element();
    }

    private void level(int axis) {
        if (axis == tensor.shape().rank()) {
            element();
            return;
        }
        out.raw('[');
        int size = (int) tensor.shape().dimension(axis);
        if (axis == tensor.shape().rank() - 1 && tensor.dataType() == DataType.FP32) {
            out.numbers(data.duplicate()
                    .order(data.order())
                    .limit(at + size * Float.BYTES)
                    .position(at));
            at += size * Float.BYTES;
        } else {
            for (int i = 0; i < size; i++) {
                out.raw(i == 0 ? "" : ",");
                level(axis + 1);
            }
        }
        out.raw(']');
    }

    private void element() {
        if (!base64) {
            at = TensorDataEncoder.encodeElement(tensor.dataType(), data, at, out);
            return;
        }
        byte[] bytes = new byte[data.getInt(at)];
        at += DataType.LENGTH_PREFIX_BYTES;
        data.get(at, bytes);
        at += bytes.length;
        String text = new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
        out.raw("{\"b64\":\"").raw(text).raw("\"}");
    }
}
