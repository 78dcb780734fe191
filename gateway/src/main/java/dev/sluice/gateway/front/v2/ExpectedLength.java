package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;

/**
 * About how many bytes an answer takes as JSON, so that its array hardly ever grows.
 *
 * @thread stateless
 */
public final class ExpectedLength {

    private static final int ENVELOPE_BYTES = 256;
    private static final int ELEMENT_BYTES = 12;
    private static final int MOST_BYTES = 1 << 20;

    private ExpectedLength() {}

    public static int of(InferenceResponse response) {
        long elements = 0;
        for (Tensor output : response.outputs()) {
            elements += output.shape().elementCount();
        }
        return (int) Math.min(ENVELOPE_BYTES + elements * ELEMENT_BYTES, MOST_BYTES);
    }
}
