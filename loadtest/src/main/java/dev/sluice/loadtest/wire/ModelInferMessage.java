package dev.sluice.loadtest.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Writes {@code inference.ModelInferRequest} with raw contents, behind the five bytes that gRPC puts before a message.
 *
 * <p>By hand, since there is one message to write, and only once: generated classes would need a copy of the protos.
 *
 * @thread any; no state
 * @source grpc_service.proto of the Open Inference Protocol; gRPC over HTTP/2
 */
final class ModelInferMessage {

    private static final int MODEL_NAME = 1;
    private static final int PARAMETERS = 4;
    private static final int INPUTS = 5;
    private static final int RAW_INPUT_CONTENTS = 7;
    private static final int INPUT_NAME = 1;
    private static final int INPUT_DATATYPE = 2;
    private static final int INPUT_SHAPE = 3;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;
    private static final int INT64_PARAMETER = 2;

    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private ModelInferMessage() {}

    /**
     * @param raw the contents of each input, in their order
     * @param parameters those with a value above 0 are written
     */
    static Buffer of(ModelInfo model, List<Buffer> raw, List<Parameter> parameters) {
        Buffer message = Buffer.buffer(bytes(out -> {
            out.writeString(MODEL_NAME, model.name());
            for (Parameter parameter : parameters) {
                if (parameter.value() > 0) {
                    write(out, PARAMETERS, entry(parameter));
                }
            }
            for (ModelInfo.Input input : model.inputs()) {
                write(out, INPUTS, tensor(input));
            }
            for (Buffer contents : raw) {
                out.writeBytes(RAW_INPUT_CONTENTS, ByteString.copyFrom(contents.getBytes()));
            }
        }));
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    }

    /** A whole number among the parameters of a request. */
    record Parameter(String name, long value) {}

    private static Fields entry(Parameter parameter) {
        return entry -> {
            entry.writeString(ENTRY_KEY, parameter.name());
            write(entry, ENTRY_VALUE, value -> value.writeInt64(INT64_PARAMETER, parameter.value()));
        };
    }

    private static Fields tensor(ModelInfo.Input input) {
        return tensor -> {
            tensor.writeString(INPUT_NAME, input.name());
            tensor.writeString(INPUT_DATATYPE, input.datatype());
            for (int dimension : input.oneRow()) {
                tensor.writeInt64(INPUT_SHAPE, dimension); // not packed: readers of proto3 take both
            }
        };
    }

    private static void write(CodedOutputStream out, int field, Fields fields) throws IOException {
        out.writeByteArray(field, bytes(fields));
    }

    private static byte[] bytes(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.writeTo(out);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // bytes in memory take all
        }
    }
}
