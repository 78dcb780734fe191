package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NamedOutputs;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Writes an answer as handlers do that return what the model gave: classes, where it has any, otherwise the outputs
 * bare; of who sent one row without an axis for rows, that row.
 *
 * @thread immutable
 */
public final class BareWriter implements AnswerWriter {

    private static final int EXPECTED_BYTES = 512;

    private final Classes classes;
    private final boolean oneRow;

    /**
     * Writes the classes of a row.
     *
     * @thread stateless
     */
    @FunctionalInterface
    public interface Classes {

        void write(TopClasses row, JsonOutput out);
    }

    /** @param oneRow whether the one row there is stands without a list around it */
    public BareWriter(Classes classes, boolean oneRow) {
        this.classes = classes;
        this.oneRow = oneRow;
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        Optional<List<TopClasses>> scores = RowScores.of(response, model);
        return scores.isPresent() ? classes(scores.get()) : outputs(response, model);
    }

    private JsonOutput classes(List<TopClasses> rows) {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        if (oneRow && rows.size() == 1) {
            classes.write(rows.getFirst(), out);
            return PrettyJson.of(out);
        }
        String between = "[";
        for (TopClasses row : rows) {
            classes.write(row, out.raw(between));
            between = ",";
        }
        return PrettyJson.of(out.raw(rows.isEmpty() ? "[]" : "]"));
    }

    private JsonOutput outputs(InferenceResponse response, Description model) {
        JsonOutput out = new JsonOutput(ExpectedLength.of(response), new JsonOptions(true));
        List<Tensor> outputs = response.outputs();
        boolean bare = oneRow && model.signature().batched();
        NamedOutputs.write(outputs, out, place -> {
            NestedEncoder encoder = new NestedEncoder(outputs.get(place), false, out);
            if (bare && outputs.get(place).rows() == 1) {
                encoder.nextRow();
            } else {
                encoder.all();
            }
        });
        return out;
    }
}
