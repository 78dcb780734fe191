package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * Writes a tensor as JSON lists nested as its shape is; a scalar stands alone.
 *
 * @thread confined to one front loop; one use
 */
final class NestedEncoder {

    private final Tensor tensor;
    private final ByteBuffer data;
    private final JsonOutput out;
    private int at;

    NestedEncoder(Tensor tensor, JsonOutput out) {
        this.tensor = tensor;
        this.data = tensor.data();
        this.out = out;
        this.at = data.position();
    }

    void all() {
        level(0);
    }

    private void level(int axis) {
        if (axis == tensor.shape().rank()) {
            at = TensorDataEncoder.encodeElement(tensor.dataType(), data, at, out);
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
}
