package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the body of an inference response in the form that its request asked for.
 *
 * @thread confined to one front loop; one use
 * @source Open Inference Protocol, inference response JSON object; Triton, binary tensor data extension
 */
public final class InferResponseEncoder {

    private final InferenceResponse response;
    private final AnswerForm form;
    private final Description model;
    private final JsonOutput out;
    private final List<ByteBuffer> raw = new ArrayList<>();

    /** @param model what answered */
    public InferResponseEncoder(InferenceResponse response, AnswerForm form, Description model, JsonOptions options) {
        this.response = response;
        this.form = form;
        this.model = model;
        this.out = new JsonOutput(ExpectedLength.of(response), options);
    }

    public EncodedResponse encode() {
        out.raw("{\"model_name\":").string(response.model().name());
        out.raw(",\"model_version\":\"").number(response.model().version()).raw('"');
        if (form.id() != null && !form.id().isEmpty()) {
            out.raw(",\"id\":").string(form.id());
        }
        encodeParameters();
        out.raw(",\"outputs\":[");
        for (int place = 0; place < response.outputs().size(); place++) {
            out.raw(place == 0 ? "" : ",");
            encode(response.outputs().get(place), form.of(place));
        }
        out.raw("]}");
        return new EncodedResponse(out, raw);
    }

    /** Numbers and flags alone, as the protocol has the parameters of a response. */
    private void encodeParameters() {
        String begin = ",\"parameters\":{";
        if (form.timed()) {
            Timing timing = response.timing();
            out.raw(begin).raw("\"queue_ns\":").number(timing.queueNanos());
            out.raw(",\"batch_ns\":").number(timing.gatherNanos());
            out.raw(",\"batch_rows\":").number(timing.batchRows());
            out.raw(",\"infer_ns\":").number(timing.runNanos());
            begin = ",";
        }
        Rows rows = response.rows();
        if (rows != null) {
            out.raw(begin).raw("\"row\":").number(rows.first());
            out.raw(",\"rows\":").number(rows.count());
            out.raw(",\"final\":").raw(rows.last() ? "true" : "false");
        }
        out.raw(form.timed() || rows != null ? "}" : "");
    }

    private void encode(Tensor output, WantedOutput wanted) {
        Tensor tensor = wanted.classes() > 0 ? Classification.of(output, wanted.classes(), model) : output;
        out.raw("{\"name\":").string(tensor.name());
        out.raw(",\"datatype\":\"").raw(tensor.dataType().name());
        out.raw("\",\"shape\":");
        encode(tensor.shape());
        if (wanted.binary()) {
            out.raw(",\"parameters\":{\"binary_data_size\":")
                    .number(tensor.byteCount())
                    .raw("}}");
            raw.add(tensor.data());
        } else {
            out.raw(",\"data\":");
            TensorDataEncoder.encode(tensor, out);
            out.raw('}');
        }
    }

    private void encode(Shape shape) {
        out.raw('[');
        for (int axis = 0; axis < shape.rank(); axis++) {
            out.raw(axis == 0 ? "" : ",").number(shape.dimension(axis));
        }
        out.raw(']');
    }
}
