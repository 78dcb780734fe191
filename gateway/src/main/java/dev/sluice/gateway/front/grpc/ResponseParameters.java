package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code parameters} of a ModelInferResponse: where its time went, which rows it answers, and on a stream whether it is the
 * last to its request.
 *
 * @thread confined to one front loop
 * @source Open Inference Protocol, ModelInferResponse; Triton, decoupled models
 */
final class ResponseParameters {

    /** What Triton has in every answer of a stream, and its clients look for. */
    static final String FINAL = "triton_final_response";

    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int BOOL_PARAM = MessageTags.BOOL_PARAM >>> 3;
    private static final int INT64_PARAM = MessageTags.INT64_PARAM >>> 3;

    private final List<Entry> entries = new ArrayList<>();

    ResponseParameters(InferenceResponse response, AnswerForm form, boolean ofStream) {
        if (form.timed()) {
            Timing timing = response.timing();
            add("queue_ns", timing.queueNanos());
            add("batch_ns", timing.gatherNanos());
            add("batch_rows", timing.batchRows());
            add("infer_ns", timing.runNanos());
        }
        Rows rows = response.rows();
        if (rows != null) {
            add("row", rows.first());
            add("rows", rows.count());
        }
        if (ofStream) {
            entries.add(new Entry(FINAL, BOOL_PARAM, response.isLast() ? 1 : 0));
        }
    }

    private void add(String name, long value) {
        entries.add(new Entry(name, INT64_PARAM, value));
    }

    int size() {
        int bytes = 0;
        for (Entry entry : entries) {
            bytes += CodedOutputStream.computeTagSize(MessageTags.RESPONSE_PARAMETER) + lengthAnd(entry.size());
        }
        return bytes;
    }

    void write(CodedOutputStream out) throws IOException {
        for (Entry entry : entries) {
            out.writeTag(MessageTags.RESPONSE_PARAMETER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(entry.size());
            entry.write(out);
        }
    }

    private static int lengthAnd(int bytes) {
        return CodedOutputStream.computeUInt32SizeNoTag(bytes) + bytes;
    }

    /**
     * One entry of the map.
     *
     * @param field that of an InferParameter, a flag being 0 or 1
     */
    private record Entry(String name, int field, long value) {

        int valueSize() {
            return CodedOutputStream.computeUInt64Size(field, value);
        }

        int size() {
            return CodedOutputStream.computeStringSize(KEY, name)
                    + CodedOutputStream.computeTagSize(VALUE)
                    + lengthAnd(valueSize());
        }

        void write(CodedOutputStream out) throws IOException {
            out.writeString(KEY, name);
            out.writeTag(VALUE, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(valueSize());
            out.writeUInt64(field, value);
        }
    }
}
