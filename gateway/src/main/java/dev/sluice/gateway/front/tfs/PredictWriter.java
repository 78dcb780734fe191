package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NamedOutputs;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Writes the answer to {@code :predict}: {@code predictions}, row by row, or {@code outputs}, tensor by tensor. A single
 * output stands without its name.
 *
 * <p>Outputs of a model without batches need not have rows, or as many each. TensorFlow Serving refuses to tell them row
 * by row; protocols that took {@code predictions} from it without saying what they are get whole tensors then.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest of {@link #ROWS} where the outputs have no rows
 * @source tensorflow/serving, json_tensor.cc: MakeJsonFromTensors
 */
public enum PredictWriter implements AnswerWriter {
    /** As TensorFlow Serving has them. */
    ROWS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            misfit(response.outputs()).ifPresent(why -> {
                throw Refusals.invalid(why);
            });
            return writeRows(response, (output, encoder) -> encoder.nextRow());
        }
    },

    /** Row by row where there are rows, and otherwise whole tensors. */
    PREDICTIONS {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writePredictions(response, (output, encoder) -> encoder.nextRow());
        }
    },

    /** The same as data frames have it: what has one element in a row stands there without a list around it. */
    FRAME {
        @Override
        public JsonOutput write(InferenceResponse response, Description model) {
            return writePredictions(response, (output, encoder) -> {
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

    private static JsonOutput writePredictions(InferenceResponse response, BiConsumer<Tensor, NestedEncoder> writeRow) {
        return misfit(response.outputs()).isEmpty()
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

    /** Why these have no rows that can be told one by one. */
    private static Optional<String> misfit(List<Tensor> outputs) {
        for (Tensor output : outputs) {
            if (output.shape().rank() == 0) {
                return Optional.of("Tensor name: " + output.name() + " has no shape information");
            }
        }
        return misfit(outputs, Tensor::name, Tensor::rows);
    }

    /**
     * The same before the model runs, of outputs whose rows it declares as different numbers: whoever wants them row by
     * row need not wait for it.
     *
     * @throws InferenceException InvalidRequest
     */
    static void requireRows(Signature signature) {
        List<TensorSpec> known = signature.outputs().stream()
                .filter(output -> output.shape().rank() > 0 && output.shape().dimension(0) != Shape.VARIABLE)
                .toList();
        misfit(known, TensorSpec::name, output -> output.shape().dimension(0)).ifPresent(why -> {
            throw Refusals.invalid(why);
        });
    }

    private static <T> Optional<String> misfit(List<T> outputs, Function<T, String> name, ToLongFunction<T> rows) {
        for (T output : outputs) {
            long expected = rows.applyAsLong(outputs.getFirst());
            long actual = rows.applyAsLong(output);
            if (actual != expected) {
                return Optional.of("Tensor name: " + name.apply(output) + " has inconsistent batch size: " + actual
                        + " expecting: " + expected);
            }
        }
        return Optional.empty();
    }
}
