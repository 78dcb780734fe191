package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.PluginAnswer;
import dev.sluice.gateway.front.http.TransformCalls;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NamedOutputs;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.gateway.transform.DetectedObjects;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.PluginOutput;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as handlers do that return what the model gave: classes or objects, where it has any; what people read, where
 * it makes something else; otherwise the outputs bare; of who sent one row without an axis for rows, that row.
 *
 * @thread as the interface says
 * @bound {@value #MOST_INDENTED} bytes on many lines
 */
public final class BareWriter implements AnswerWriter {

    private static final int EXPECTED_BYTES = 512;
    private static final int MOST_INDENTED = 64 << 10;

    private final Exchange exchange;
    private final Words words;
    private final boolean oneRow;

    /**
     * How clients of a protocol are told what a model has recognised.
     *
     * @thread stateless
     */
    public interface Words {

        /** Writes the classes of a row. */
        void classes(TopClasses row, JsonOutput out);

        /** Writes what was found in a picture. */
        void objects(DetectedObjects row, JsonOutput out);
    }

    /** @param oneRow whether the one row there is stands without a list around it */
    public BareWriter(Exchange exchange, Words words, boolean oneRow) {
        this.exchange = exchange;
        this.words = words;
        this.oneRow = oneRow;
    }

    @Override
    public OutputWork work(InferenceResponse response, Description model) {
        if (model.transform().output() instanceof ClassOutput how) {
            @Nullable Tensor output = output(response, how);
            return output == null ? OutputWork.NONE : OutputWork.of(how, output, model.labels());
        }
        return TransformCalls.forPeople(exchange).work(response, model);
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        return switch (model.transform().output()) {
            case BoxesOutput boxes
            when DetectedObjects.areIn(response.outputs(), boxes) ->
                objects(DetectedObjects.of(
                        response.outputs(), boxes, model.labels(), exchange.picture(), exchange::isGivenUp));
            case PluginOutput plugin
            when PluginAnswer.isMadeOf(response.outputs(), plugin) ->
                indented(PluginAnswer.write(response.outputs(), model, plugin));
            case OutputTransform.OfOne how -> write(response, how, model);
            case null, default -> outputs(response, model);
        };
    }

    private JsonOutput write(InferenceResponse response, OutputTransform.OfOne how, Description model) {
        @Nullable Tensor output = output(response, how);
        if (output == null) {
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

    private static @Nullable Tensor output(InferenceResponse response, OutputTransform.OfOne how) {
        for (Tensor output : response.outputs()) {
            if (how.output().equals(output.name())) {
                return output;
            }
        }
        return null;
    }

    private JsonOutput objects(List<DetectedObjects> rows) {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        boolean bare = oneRow && rows.size() == 1;
        String between = bare ? "" : "[";
        for (DetectedObjects row : rows) {
            words.objects(row, out.raw(between));
            between = ",";
        }
        return indented(out.raw(bare ? "" : rows.isEmpty() ? "[]" : "]"));
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
            words.classes(likeliest.apply(one), out.raw(row == 0 ? "" : ","));
        }
        out.raw(bare ? "" : "]");
        return indented(out);
    }

    private static JsonOutput indented(JsonOutput out) {
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
