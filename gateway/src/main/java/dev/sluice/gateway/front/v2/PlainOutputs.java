package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * Writes outputs as people read them: by name, each nested as its shape is.
 *
 * @thread stateless
 */
public final class PlainOutputs {

    private PlainOutputs() {}

    /** {@code {"outputs":{"y":[[1,2]]}}}. */
    public static JsonOutput write(List<Tensor> outputs, JsonOutput out) {
        String between = "{\"outputs\":{";
        for (Tensor output : outputs) {
            out.raw(between).string(output.name()).raw(':');
            new NestedEncoder(output, false, out).all();
            between = ",";
        }
        return out.raw("}}");
    }
}
