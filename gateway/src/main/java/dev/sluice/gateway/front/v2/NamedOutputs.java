package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Writes the outputs of an answer as an object by name; a single one stands without its name.
 *
 * @thread stateless
 */
public final class NamedOutputs {

    private NamedOutputs() {}

    /** @param write writes the output at that place */
    public static void write(List<Tensor> outputs, JsonOutput out, IntConsumer write) {
        if (outputs.size() == 1) {
            write.accept(0);
            return;
        }
        for (int place = 0; place < outputs.size(); place++) {
            out.raw(place == 0 ? '{' : ',').string(outputs.get(place).name()).raw(':');
            write.accept(place);
        }
        out.raw('}');
    }
}
