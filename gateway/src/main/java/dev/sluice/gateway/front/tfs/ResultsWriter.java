package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.v2.ExpectedLength;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answers to {@code :classify} and {@code :regress}, from the outputs of a model that knows neither word.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest for a model that gives nothing of the kind, or more than one output that may be meant
 * @source TensorFlow Serving, RESTful API; tensorflow, signature_constants.py: {@code scores}, {@code classes},
 *     {@code outputs}
 */
public enum ResultsWriter implements AnswerWriter {
    /** From {@code scores}, or the only output of floats with two axes; its labels are {@code classes}, or the model's. */
    CLASSIFY("classification", "classify", "scores") {
        @Override
        boolean isOfKind(Shape shape) {
            return shape.rank() == 2;
        }

        @Override
        public List<String> outputs(Signature signature) {
            TensorSpec scores = meant(signature);
            @Nullable TensorSpec classes = signature.output(CLASSES);
            return classes != null
                            && classes.dataType() == DataType.BYTES
                            && classes.shape().equals(scores.shape())
                    ? List.of(scores.name(), CLASSES)
                    : List.of(scores.name());
        }

        @Override
        void rows(List<Tensor> outputs, Description model, JsonOutput out) {
            Tensor scores = outputs.getFirst();
            requireSameShape(outputs);
            int classes = (int) scores.shape().dimension(1);
            List<String> labels = model.labels();
            NestedEncoder values = new NestedEncoder(scores, false, out);
            @Nullable NestedEncoder names = outputs.size() > 1 ? new NestedEncoder(outputs.get(1), false, out) : null;
            for (long row = 0; row < scores.rows(); row++) {
                out.raw(row == 0 ? "[" : ",[");
                for (int each = 0; each < classes; each++) {
                    out.raw(each == 0 ? "[" : ",[");
                    if (names == null) {
                        out.string(labels.size() == classes ? labels.get(each) : "");
                    } else {
                        names.nextElement();
                    }
                    out.raw(',');
                    values.nextElement();
                    out.raw(']');
                }
                out.raw(']');
            }
        }
    },

    /** From {@code outputs}, or the only output of floats with one number for each row. */
    REGRESS("regression", "regress", "outputs") {
        @Override
        boolean isOfKind(Shape shape) {
            return shape.rank() == 1 || (shape.rank() == 2 && shape.dimension(1) == 1);
        }

        @Override
        public List<String> outputs(Signature signature) {
            return List.of(meant(signature).name());
        }

        @Override
        void rows(List<Tensor> outputs, Description model, JsonOutput out) {
            NestedEncoder values = new NestedEncoder(outputs.getFirst(), false, out);
            for (long row = 0; row < outputs.getFirst().rows(); row++) {
                out.raw(row == 0 ? "" : ",");
                values.nextElement();
            }
        }
    };

    private static final String CLASSES = "classes";

    private final String word;
    private final String verb;
    private final String usualName;

    ResultsWriter(String word, String verb, String usualName) {
        this.word = word;
        this.verb = verb;
        this.usualName = usualName;
    }

    abstract boolean isOfKind(Shape shape);

    /** The outputs that it is written from. */
    public abstract List<String> outputs(Signature signature);

    abstract void rows(List<Tensor> outputs, Description model, JsonOutput out);

    /** There is a label for each score. */
    public static void requireSameShape(List<Tensor> outputs) {
        Shape scores = outputs.getFirst().shape();
        if (outputs.size() > 1 && !outputs.get(1).shape().equals(scores)) {
            throw Refusals.invalid("Tensor name: " + CLASSES + " has inconsistent shape: "
                    + outputs.get(1).shape() + " expecting: " + scores);
        }
    }

    /** The output of the kind; of several, the one of the usual name. */
    TensorSpec meant(Signature signature) {
        Predicate<TensorSpec> fits = spec ->
                (spec.dataType() == DataType.FP32 || spec.dataType() == DataType.FP64) && isOfKind(spec.shape());
        List<TensorSpec> all = signature.outputs().stream().filter(fits).toList();
        @Nullable TensorSpec usual = signature.output(usualName);
        if (usual != null && fits.test(usual)) {
            return usual;
        }
        if (all.size() != 1) {
            throw InferenceException.invalid(
                    "",
                    "Expected " + word + " signature method_name to be tensorflow/serving/" + verb
                            + ". Was: tensorflow/serving/predict (the model has " + all.size()
                            + " outputs that could be meant)");
        }
        return all.getFirst();
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        JsonOutput out = new JsonOutput(ExpectedLength.of(response), new JsonOptions(true)).raw("{\"results\":[");
        rows(response.outputs(), model, out);
        return out.raw("]}");
    }
}
