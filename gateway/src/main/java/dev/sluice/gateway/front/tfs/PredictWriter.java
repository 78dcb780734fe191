package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NamedOutputs;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes the answer to {@code :predict}: {@code predictions}, row by row, or {@code outputs}, tensor by tensor. A single
 * output stands without its name.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest where rows are wanted and the outputs have none
 * @source tensorflow/serving, json_tensor.cc: MakeJsonFromTensors
 */
public enum PredictWriter implements AnswerWriter {
    ROWS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writeRows(response, (output, encoder) -> encoder.nextRow());
        }
    },

    /** The same as data frames have it: what has one element in a row stands there without a list around it. */
    FRAME {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writeRows(response, (output, encoder) -> {
                if (output.shape().rank() == 2 && output.shape().dimension(1) == 1) {
                    encoder.nextElement();
                } else {
                    encoder.nextRow();
                }
            });
        }
    },

    COLUMNS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writeTensors(response, "{\"outputs\":");
        }
    },

    /** The same as MLflow names it, of a model whose outputs need not have rows. */
    TENSORS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writeTensors(response, "{\"predictions\":");
        }
    };

    /** Outputs of such a name are bytes, whatever they hold. */
    private static final String BYTES_SUFFIX = "_bytes";

    private static JsonOutput writeRows(InferenceResponse response, BiConsumer<Tensor, NestedEncoder> writeRow) {
        List<Tensor> outputs = response.outputs();
        long rows = rows(outputs);
        JsonOutput out = begin(response).raw("{\"predictions\":[");
        List<NestedEncoder> encoders =
                outputs.stream().map(output -> encoder(output, out)).toList();
        for (long row = 0; row < rows; row++) {
            out.raw(row == 0 ? "" : ",");
            NamedOutputs.write(outputs, out, place -> writeRow.accept(outputs.get(place), encoders.get(place)));
        }
        return out.raw("]}");
    }

    private static JsonOutput writeTensors(InferenceResponse response, String name) {
        List<Tensor> outputs = response.outputs();
        JsonOutput out = begin(response).raw(name);
        NamedOutputs.write(
                outputs, out, place -> encoder(outputs.get(place), out).all());
        return out.raw('}');
    }

    private static JsonOutput begin(InferenceResponse response) {
        return new JsonOutput(ExpectedLength.of(response), new JsonOptions(true));
    }

    private static NestedEncoder encoder(Tensor output, JsonOutput out) {
        boolean bytes = output.dataType() == DataType.BYTES && output.name().endsWith(BYTES_SUFFIX);
        return new NestedEncoder(output, bytes, out);
    }

    private static long rows(List<Tensor> outputs) {
        long rows = outputs.getFirst().rows();
        for (Tensor output : outputs) {
            if (output.shape().rank() == 0) {
                throw Refusals.invalid("Tensor name: " + output.name() + " has no shape information");
            }
            if (output.rows() != rows) {
                throw Refusals.invalid("Tensor name: " + output.name() + " has inconsistent batch size: "
                        + output.rows() + " expecting: " + rows);
            }
        }
        return rows;
    }
}
