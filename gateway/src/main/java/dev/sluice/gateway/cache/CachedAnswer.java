package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An answer that may be given again.
 *
 * @param outputs in memory of their own: those of the answer are views of a batch's, which would be kept with them
 * @param bytes that it takes, with what holds it
 * @param atNanos when it came
 * @param liveNanos how long it may be given
 */
record CachedAnswer(ModelId model, List<Tensor> outputs, int bytes, long atNanos, long liveNanos) {

    /** Generous guesses of what an entry with its key takes, and a tensor. */
    private static final int OVERHEAD_BYTES = 400;

    private static final int TENSOR_BYTES = 200;

    /** What an entry with that answer takes. */
    static long bytes(InferenceResponse response) {
        long bytes = OVERHEAD_BYTES;
        for (Tensor output : response.outputs()) {
            bytes += TENSOR_BYTES + output.byteCount();
        }
        return bytes;
    }

    static CachedAnswer of(InferenceResponse response, long nowNanos, long liveNanos) {
        List<Tensor> copies =
                response.outputs().stream().map(CachedAnswer::copy).toList();
        int bytes = (int) Math.min(Integer.MAX_VALUE, bytes(response));
        return new CachedAnswer(response.model(), copies, bytes, nowNanos, liveNanos);
    }

    private static Tensor copy(Tensor output) {
        ByteBuffer bytes = ByteBuffer.allocate(output.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(output.data().duplicate()).flip();
        return new Tensor(output.name(), output.dataType(), output.shape(), bytes);
    }

    /** Nothing was queued, and nothing was run. */
    InferenceResponse response(long nowNanos) {
        return new InferenceResponse(model, outputs, new Timing(0, 0, 0, 0, nowNanos));
    }
}
