package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON body of an inference response.
 *
 * @thread stateless
 * @source Open Inference Protocol, inference response JSON object
 */
public final class InferResponseEncoder {

    private static final int ENVELOPE_BYTES = 256;
    private static final int EXPECTED_ELEMENT_BYTES = 13;

    private InferResponseEncoder() {}

    /** The whole body; {@code id} is the client's own name for the request. */
    public static JsonOutput encode(InferenceResponse response, @Nullable String id) {
        JsonOutput out = new JsonOutput(expectedBytes(response));
        out.raw("{\"model_name\":").string(response.model().name());
        out.raw(",\"model_version\":\"").number(response.model().version()).raw('"');
        if (id != null && !id.isEmpty()) {
            out.raw(",\"id\":").string(id);
        }
        out.raw(",\"outputs\":[");
        String separator = "";
        for (Tensor output : response.outputs()) {
            out.raw(separator);
            encode(output, out);
            separator = ",";
        }
        out.raw("]}");
        return out;
    }

    private static int expectedBytes(InferenceResponse response) {
        long elements = 0;
        for (Tensor output : response.outputs()) {
            elements += output.shape().elementCount();
        }
        return (int) Math.min(ENVELOPE_BYTES + elements * EXPECTED_ELEMENT_BYTES, 1 << 20);
    }

    private static void encode(Tensor output, JsonOutput out) {
        out.raw("{\"name\":").string(output.name());
        out.raw(",\"datatype\":\"").raw(output.dataType().name());
        out.raw("\",\"shape\":").raw(output.shape().toString());
        out.raw(",\"data\":");
        TensorDataEncoder.encode(output, out);
        out.raw('}');
    }
}
