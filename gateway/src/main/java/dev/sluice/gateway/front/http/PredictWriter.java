package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PlainOutputs;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.gateway.transform.TopClasses.Scored;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a person expects for an answer: the label, how sure the model is, and what else it might be; the outputs as they
 * are, where the model has no labels, or was asked for several rows.
 *
 * @thread immutable
 */
final class PredictWriter implements AnswerWriter {

    private static final int EXPECTED_BYTES = 512;
    private static final double SHOWN_PARTS = 1e6;

    private final boolean asText;

    /** @param asText whether the label alone is wanted, as a line */
    PredictWriter(boolean asText) {
        this.asText = asText;
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        @Nullable TopClasses top = classes(response, model);
        if (top == null) {
            return PlainOutputs.write(response.outputs(), out);
        }
        if (top.classes().isEmpty()) {
            out.raw("{\"label\":null,\"probability\":null");
        } else {
            out.raw('{');
            write(top.classes().getFirst(), out);
        }
        out.raw(",\"top\":[");
        String between = "{";
        for (Scored scored : top.classes()) {
            out.raw(between);
            write(scored, out);
            out.raw('}');
            between = ",{";
        }
        return out.raw("]}");
    }

    /** Millionths are as much as such numbers mean. */
    private static void write(Scored scored, JsonOutput out) {
        out.raw("\"label\":").string(scored.label());
        out.raw(",\"probability\":").number(Math.rint(scored.probability() * SHOWN_PARTS) / SHOWN_PARTS);
    }

    @Override
    public @Nullable String text(InferenceResponse response, Description model) {
        @Nullable TopClasses top = asText ? classes(response, model) : null;
        if (top == null) {
            return null;
        }
        return top.classes().isEmpty() ? "\n" : top.classes().getFirst().label() + "\n";
    }

    private static @Nullable TopClasses classes(InferenceResponse response, Description model) {
        if (!(model.transform().output() instanceof ClassOutput how)) {
            return null;
        }
        for (Tensor output : response.outputs()) {
            boolean oneRow = !model.signature().batched() || output.rows() == 1;
            if (output.name().equals(how.output()) && oneRow) {
                return TopClasses.of(output, how, model.labels());
            }
        }
        return null;
    }
}
