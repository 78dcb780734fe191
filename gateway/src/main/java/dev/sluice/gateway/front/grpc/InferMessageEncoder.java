package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.Classification;
import dev.sluice.gateway.front.v2.WantedOutput;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a ModelInferResponse behind the five bytes that every message of gRPC begins with. Raw outputs are not copied: the
 * pieces of the message are what stands between them, all in one array, and they themselves.
 *
 * @thread confined to one front loop; one use
 * @errors InvalidRequest for an output that has no form as it was asked for
 * @source Open Inference Protocol, ModelInfer; gRPC over HTTP/2, "Length-Prefixed-Message"
 */
final class InferMessageEncoder {

    private final InferenceResponse response;
    private final AnswerForm form;
    private final List<Tensor> outputs = new ArrayList<>();
    private final boolean raw;
    private final ResponseParameters parameters;
    private final boolean ofStream;

    private InferMessageEncoder(InferenceResponse response, AnswerForm form, Description model, boolean ofStream) {
        this.response = response;
        this.form = form;
        this.ofStream = ofStream;
        this.parameters = new ResponseParameters(response, form, ofStream);
        this.raw = form.binaryUnlisted();
        for (int place = 0; place < response.outputs().size(); place++) {
            Tensor output = response.outputs().get(place);
            WantedOutput wanted = form.of(place);
            outputs.add(wanted.classes() > 0 ? Classification.of(output, wanted.classes(), model) : output);
        }
    }

    /**
     * The answer to a unary call.
     *
     * @param model what answered
     */
    static InferMessageEncoder unary(InferenceResponse response, AnswerForm form, Description model) {
        return new InferMessageEncoder(response, form, model, false);
    }

    /**
     * An answer of a stream, as the {@code infer_response} of a ModelStreamInferResponse.
     *
     * @param model what answered
     */
    static InferMessageEncoder streamed(InferenceResponse response, AnswerForm form, Description model) {
        return new InferMessageEncoder(response, form, model, true);
    }

    List<ByteBuffer> encode() {
        if (!ofStream) {
            return pieces(0, 0);
        }
        int bytes = size();
        int field = CodedOutputStream.computeTagSize(MessageTags.STREAM_RESPONSE)
                + CodedOutputStream.computeUInt32SizeNoTag(bytes);
        return pieces(field, bytes);
    }

    /** @param envelope bytes of the field that the response stands in; 0 where it stands alone */
    private List<ByteBuffer> pieces(int envelope, int bytes) {
        int[] sizes = new int[outputs.size()];
        int head = headSize(sizes);
        int between = raw ? rawTags() : 0;
        int message = Math.addExact(envelope, Math.addExact(head, Math.addExact(between, rawBytes())));
        byte[] own = new byte[GrpcFraming.PREFIX_BYTES + envelope + head + between];
        GrpcFraming.writePrefix(own, false, message);
        List<ByteBuffer> pieces = new ArrayList<>(1 + 2 * outputs.size());
        try {
            CodedOutputStream out =
                    CodedOutputStream.newInstance(own, GrpcFraming.PREFIX_BYTES, own.length - GrpcFraming.PREFIX_BYTES);
            if (envelope > 0) {
                out.writeTag(MessageTags.STREAM_RESPONSE, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(bytes);
            }
            writeHead(out, sizes);
            addPieces(own, out, pieces);
        } catch (IOException outOfSpace) {
            throw new UncheckedIOException(outOfSpace); // a defect of ours: the sizes were computed
        }
        return pieces;
    }

    private void addPieces(byte[] own, CodedOutputStream out, List<ByteBuffer> pieces) throws IOException {
        int from = 0;
        if (raw) {
            for (Tensor output : outputs) {
                out.writeTag(MessageTags.RESPONSE_RAW, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(output.byteCount());
                int to = GrpcFraming.PREFIX_BYTES + out.getTotalBytesWritten();
                pieces.add(ByteBuffer.wrap(own, from, to - from));
                pieces.add(output.data());
                from = to;
            }
        }
        if (from < own.length) {
            pieces.add(ByteBuffer.wrap(own, from, own.length - from));
        }
    }

    private int size() {
        return Math.addExact(headSize(new int[outputs.size()]), raw ? Math.addExact(rawTags(), rawBytes()) : 0);
    }

    private int rawTags() {
        int bytes = 0;
        for (Tensor output : outputs) {
            bytes += CodedOutputStream.computeTagSize(MessageTags.RESPONSE_RAW)
                    + CodedOutputStream.computeUInt32SizeNoTag(output.byteCount());
        }
        return bytes;
    }

    private int rawBytes() {
        int bytes = 0;
        if (raw) {
            for (Tensor output : outputs) {
                bytes = Math.addExact(bytes, output.byteCount());
            }
        }
        return bytes;
    }

    /** Everything before the raw outputs. */
    private int headSize(int[] sizes) {
        String version = Long.toString(response.model().version());
        int bytes = CodedOutputStream.computeStringSize(
                MessageTags.RESPONSE_MODEL_NAME, response.model().name());
        bytes += CodedOutputStream.computeStringSize(MessageTags.RESPONSE_MODEL_VERSION, version);
        if (hasId()) {
            bytes += CodedOutputStream.computeStringSize(MessageTags.RESPONSE_ID, id());
        }
        bytes += parameters.size();
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = OutputMessage.size(outputs.get(i), raw);
            int lengthBytes = CodedOutputStream.computeUInt32SizeNoTag(sizes[i]);
            int tagBytes = CodedOutputStream.computeTagSize(MessageTags.RESPONSE_OUTPUT);
            bytes = Math.addExact(bytes, Math.addExact(tagBytes + lengthBytes, sizes[i]));
        }
        return bytes;
    }

    private void writeHead(CodedOutputStream out, int[] sizes) throws IOException {
        out.writeString(MessageTags.RESPONSE_MODEL_NAME, response.model().name());
        out.writeString(
                MessageTags.RESPONSE_MODEL_VERSION,
                Long.toString(response.model().version()));
        if (hasId()) {
            out.writeString(MessageTags.RESPONSE_ID, id());
        }
        parameters.write(out);
        for (int i = 0; i < sizes.length; i++) {
            out.writeTag(MessageTags.RESPONSE_OUTPUT, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(sizes[i]);
            OutputMessage.write(outputs.get(i), raw, out);
        }
    }

    private boolean hasId() {
        return !id().isEmpty();
    }

    private String id() {
        String id = form.id();
        return id == null ? "" : id;
    }
}
