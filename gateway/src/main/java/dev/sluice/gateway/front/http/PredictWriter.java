package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PlainOutputs;
import dev.sluice.gateway.transform.DetectedObjects;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.LabelsOutput;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.PluginOutput;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person expects for an answer: the label, how sure the model is, and what else it might be, or whatever the model's
 * {@code transform.output} makes; a list of them where a list was sent; the outputs as they are, where it makes
 * nothing, or several rows of tensors were sent.
 *
 * @thread as the interface says
 */
final class PredictWriter implements AnswerWriter {

    private static final int EXPECTED_BYTES = 512;

    private final Exchange exchange;
    private final boolean asText;

    /**
     * Of that exchange.
     *
     * @param asText whether the label alone is wanted, as a line
     */
    PredictWriter(Exchange exchange, boolean asText) {
        this.exchange = exchange;
        this.asText = asText;
    }

    @Override
    public OutputWork work(InferenceResponse response, Description model) {
        List<Tensor> outputs = response.outputs();
        return switch (model.transform().output()) {
            case null -> OutputWork.NONE;
            case BoxesOutput boxes ->
                DetectedObjects.areIn(outputs, boxes) ? OutputWork.of(boxes, outputs) : OutputWork.NONE;
            case PluginOutput plugin ->
                PluginAnswer.isMadeOf(outputs, plugin) ? OutputWork.ofPlugin(outputs) : OutputWork.NONE;
            case OutputTransform.OfOne how -> {
                @Nullable Tensor output = output(outputs, how);
                yield output == null || isAsItIs(output, model)
                        ? OutputWork.NONE
                        : OutputWork.of(how, output, model.labels());
            }
        };
    }

    /** Several rows of tensors are nothing that a person has sent. */
    private boolean isAsItIs(Tensor output, Description model) {
        return exchange.texts() == null && model.signature().batched() && output.rows() != 1;
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        List<Tensor> outputs = response.outputs();
        @Nullable OutputTransform how = model.transform().output();
        if (how instanceof BoxesOutput boxes && DetectedObjects.areIn(outputs, boxes)) {
            return ObjectsWriter.write(
                    DetectedObjects.of(outputs, boxes, model.labels(), exchange.picture(), exchange::isGivenUp), out);
        }
        if (how instanceof PluginOutput plugin && PluginAnswer.isMadeOf(outputs, plugin)) {
            return PluginAnswer.write(outputs, model, plugin);
        }
        if (how instanceof OutputTransform.OfOne ofOne) {
            @Nullable Tensor output = output(outputs, ofOne);
            if (output != null && !isAsItIs(output, model)) {
                return write(output, ofOne, model, out);
            }
        }
        return PlainOutputs.write(outputs, out);
    }

    private JsonOutput write(Tensor output, OutputTransform.OfOne how, Description model, JsonOutput out) {
        @Nullable TextNotes texts = exchange.texts();
        PredictedRows rows = PredictedRows.of(output, how, model.labels(), texts, exchange::isGivenUp);
        if (texts == null || !texts.isList()) {
            rows.write(output, out);
            return out;
        }
        String between = "[";
        for (Tensor row : rows(output, texts.count())) {
            requireWanted();
            rows.write(row, out.raw(between));
            between = ",";
        }
        return out.raw(']');
    }

    @Override
    public @Nullable String text(InferenceResponse response, Description model) {
        @Nullable
        Tensor output = asText && model.transform().output() instanceof OutputTransform.OfOne ofOne
                ? output(response.outputs(), ofOne)
                : null;
        if (output == null) {
            return null;
        }
        @Nullable TextNotes texts = exchange.texts();
        StringBuilder lines = new StringBuilder();
        for (Tensor row : texts == null || !texts.isList() ? List.of(output) : rows(output, texts.count())) {
            requireWanted();
            @Nullable TopClasses top = classes(row, model);
            if (top == null) {
                return null;
            }
            lines.append(top.classes().isEmpty() ? "" : top.classes().getFirst().label())
                    .append('\n');
        }
        return lines.toString();
    }

    private void requireWanted() {
        if (exchange.isGivenUp()) {
            throw new InferenceException(new InferenceError.Cancelled());
        }
    }

    private static @Nullable TopClasses classes(Tensor row, Description model) {
        return switch (model.transform().output()) {
            case ClassOutput classes -> TopClasses.of(row, classes, model.labels());
            case LabelsOutput labels -> TopClasses.of(row, labels, model.labels());
            case null, default -> null;
        };
    }

    private static @Nullable Tensor output(List<Tensor> outputs, OutputTransform.OfOne how) {
        for (Tensor output : outputs) {
            if (output.name().equals(how.output())) {
                return output;
            }
        }
        return null;
    }

    /** A view of each row; what there is for one text need not have an axis of rows. */
    static List<Tensor> rows(Tensor output, int texts) {
        if (texts == 1) {
            return List.of(output);
        }
        if (output.rows() != texts) {
            throw InferenceException.invalid(
                    "outputs", output + " does not have a row for each of " + texts + " texts");
        }
        int bytes = output.byteCount() / texts;
        List<Tensor> rows = new ArrayList<>(texts);
        for (int row = 0; row < texts; row++) {
            rows.add(output.view(1, row * bytes, bytes));
        }
        return rows;
    }
}
