package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * The elements of a tensor of FP32, FP16 or FP64.
 *
 * @thread stateless
 */
final class Floats {

    private Floats() {}

    static double[] of(Tensor tensor) {
        double[] all = new double[tensor.byteCount() / tensor.dataType().elementBytes()];
        for (int i = 0; i < all.length; i++) {
            all[i] = at(tensor, i);
        }
        return all;
    }

    /** Those from that one on, as many as there is room for: FP32 all at once, which takes a tenth of one by one. */
    static void read(Tensor tensor, int from, float[] into) {
        if (tensor.dataType() == DataType.FP32) {
            ByteBuffer data = tensor.data();
            int at = data.position() + from * Float.BYTES;
            data.slice(at, into.length * Float.BYTES)
                    .order(data.order())
                    .asFloatBuffer()
                    .get(into);
            return;
        }
        for (int i = 0; i < into.length; i++) {
            into[i] = (float) at(tensor, from + i);
        }
    }

    static double at(Tensor tensor, int index) {
        ByteBuffer data = tensor.data();
        int at = data.position() + index * tensor.dataType().elementBytes();
        return switch (tensor.dataType()) {
            case FP32 -> data.getFloat(at);
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case FP64 -> data.getDouble(at);
            default -> throw new IllegalArgumentException(tensor + " has no floats");
        };
    }
}
