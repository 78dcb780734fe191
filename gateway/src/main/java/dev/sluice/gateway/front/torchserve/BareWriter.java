package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.TransformCalls;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NamedOutputs;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as handlers do that return what the model gave: classes, where it has any; what people read, where
 * it makes something else; otherwise the outputs bare; of who sent one row without an axis for rows, that row.
 *
 * @thread as the interface says
 * @bound {@value #MOST_INDENTED} bytes on many lines
 */
public final class BareWriter implements AnswerWriter {

    private static final int EXPECTED_BYTES = 512;
    private static final int MOST_INDENTED = 64 << 10;

    private final Exchange exchange;
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
    public BareWriter(Exchange exchange, Classes classes, boolean oneRow) {
        this.exchange = exchange;
        this.classes = classes;
        this.oneRow = oneRow;
    }

    @Override
    public OutputWork work(InferenceResponse response, Description model) {
        @Nullable OutputTransform how = model.transform().output();
        @Nullable Tensor output = how instanceof ClassOutput ? output(response, how) : null;
        return how == null || output == null
                ? TransformCalls.forPeople(exchange).work(response, model)
                : OutputWork.of(how, output);
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        @Nullable OutputTransform how = model.transform().output();
        @Nullable Tensor output = how == null ? null : output(response, how);
        if (how == null || output == null) {
            return outputs(response, model);
        }
        long rows = model.signature().batched() ? output.rows() : 1;
        if (how instanceof ClassOutput likeliest) {
            return classes(output, (int) rows, row -> TopClasses.of(row, likeliest, model.labels()));
        }
        return rows == 1 || exchange.texts() != null
                ? TransformCalls.forPeople(exchange).write(response, model)
                : outputs(response, model);
    }

    private static @Nullable Tensor output(InferenceResponse response, OutputTransform how) {
        for (Tensor output : response.outputs()) {
            if (how.outputs().contains(output.name())) {
                return output;
            }
        }
        return null;
    }

    private JsonOutput classes(Tensor output, int rows, Function<Tensor, TopClasses> likeliest) {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        @Nullable TextNotes texts = exchange.texts();
        boolean bare = oneRow && rows == 1 && (texts == null || !texts.isList());
        out.raw(bare ? "" : "[");
        for (int row = 0; row < rows; row++) {
            if (exchange.isGivenUp()) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            int bytes = output.byteCount() / rows;
            Tensor one = rows == 1 ? output : output.view(1, row * bytes, bytes);
            classes.write(likeliest.apply(one), out.raw(row == 0 ? "" : ","));
        }
        out.raw(bare ? "" : "]");
        return out.length() > MOST_INDENTED ? out.raw('\n') : PrettyJson.of(out);
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
