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
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to {@code :predict}: {@code predictions}, row by row, or {@code outputs}, tensor by tensor. A single
 * output stands without its name.
 *
 * <p>Outputs of a model without batches need not have rows, or as many each. TensorFlow Serving refuses to tell them row
 * by row; protocols that took {@code predictions} from it without saying what they are get whole tensors then. Which it
 * is the model's signature says, and not what it was sent: outputs of {@code [-1]} and {@code [2]} have no rows, for two
 * elements neither.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest of {@link #ROWS} where the outputs have no rows
 * @source tensorflow/serving, json_tensor.cc: MakeJsonFromTensors
 */
public enum PredictWriter implements AnswerWriter {
    /** Row by row, or the refusal of TensorFlow Serving. */
    ROWS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            @Nullable String why = misfit(response.outputs());
            if (why != null) {
                throw Refusals.invalid(why);
            }
            return writeRows(response, (output, encoder) -> encoder.nextRow());
        }
    },

    /** Row by row where the model's outputs have rows, and otherwise whole tensors. */
    PREDICTIONS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writePredictions(response, model.signature(), (output, encoder) -> encoder.nextRow());
        }
    },

    /** The same as data frames have it: what has one element in a row stands there without a list around it. */
    FRAME {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writePredictions(response, model.signature(), (output, encoder) -> {
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
    };

    /** Outputs of such a name are bytes, whatever they hold. */
    private static final String BYTES_SUFFIX = "_bytes";

    private static JsonOutput writePredictions(
            InferenceResponse response, Signature signature, BiConsumer<Tensor, NestedEncoder> writeRow) {
        return declaresRows(signature) && misfit(response.outputs()) == null
                ? writeRows(response, writeRow)
                : writeTensors(response, "{\"predictions\":");
    }

    private static JsonOutput writeRows(InferenceResponse response, BiConsumer<Tensor, NestedEncoder> writeRow) {
        List<Tensor> outputs = response.outputs();
        long rows = outputs.getFirst().rows();
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

    /** Whether outputs of that model have rows, whatever is sent to it. */
    private static boolean declaresRows(Signature signature) {
        List<TensorSpec> outputs = signature.outputs();
        if (outputs.size() == 1) { // it agrees with itself, and its rank may be unknown
            return true;
        }
        for (TensorSpec output : outputs) {
            if (output.shape().rank() == 0
                    || output.shape().dimension(0) != outputs.getFirst().shape().dimension(0)) {
                return false;
            }
        }
        return true;
    }

    /** Why these have no rows that can be told one by one; null if they can. */
    private static @Nullable String misfit(List<Tensor> outputs) {
        for (Tensor output : outputs) {
            if (output.shape().rank() == 0) {
                return "Tensor name: " + output.name() + " has no shape information";
            }
        }
        long expected = outputs.getFirst().rows();
        for (Tensor output : outputs) {
            if (output.rows() != expected) {
                return inconsistent(output.name(), output.rows(), expected);
            }
        }
        return null;
    }

    /**
     * The same before the model runs, of outputs whose rows it declares as different numbers: whoever wants them row by
     * row need not wait for it. Null where it takes a run to know.
     */
    static @Nullable String declaredMisfit(Signature signature) {
        long expected = Shape.VARIABLE;
        for (TensorSpec output : signature.outputs()) {
            long rows =
                    output.shape().rank() == 0 ? Shape.VARIABLE : output.shape().dimension(0);
            if (rows != Shape.VARIABLE && expected != Shape.VARIABLE && rows != expected) {
                return inconsistent(output.name(), rows, expected);
            }
            expected = expected == Shape.VARIABLE ? rows : expected;
        }
        return null;
    }

    private static String inconsistent(String name, long rows, long expected) {
        return "Tensor name: " + name + " has inconsistent batch size: " + rows + " expecting: " + expected;
    }
}
