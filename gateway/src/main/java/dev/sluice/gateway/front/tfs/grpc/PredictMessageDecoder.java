package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedInputStream;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.ElementCount;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.gateway.front.v2.TensorBytes;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Reads a PredictRequest: what lies in {@code tensor_content} stays where it is in the message, elements that stand one by one go
 * straight into tensor memory.
 *
 * @thread confined to one front loop; one use
 * @bound no more inputs and outputs than the model has are remembered; memory for elements as {@link ValuesDecoder} has it
 * @errors InvalidRequest in the words of TensorFlow Serving, with what is wrong behind them
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source tensorflow/serving, predict_util.cc; tensorflow, tensor.cc: FromProto
 */
final class PredictMessageDecoder {

    private final MessageCursor cursor;
    private final HttpBytes message;
    private final Signature signature;
    private final TensorBuffers buffers;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private String place = "message";

    PredictMessageDecoder(HttpBytes message, Signature signature, TensorBuffers buffers) {
        this.cursor = new MessageCursor(message.array(), new Span(message.from(), message.to()));
        this.message = message;
        this.signature = signature;
        this.buffers = buffers;
    }

    DecodedRequest decode() {
        buffers.besideBody(message.length());
        try {
            readFields();
            return request();
        } catch (IOException broken) {
            giveBack();
            throw MessageCursor.broken(place);
        } catch (InferenceException wrong) {
            giveBack();
            throw wrong;
        }
    }

    private void giveBack() {
        tensors.forEach(tensor -> buffers.giveBack(tensor.data()));
    }

    private DecodedRequest request() {
        boolean lacks = signature.inputs().stream()
                .anyMatch(spec -> !spec.optional()
                        && tensors.stream().noneMatch(tensor -> tensor.name().equals(spec.name())));
        if (lacks) {
            throw sizeMismatch();
        }
        List<Tensor> ordered = SignatureCheck.inOrder(tensors, signature);
        return new DecodedRequest(
                ordered,
                outputs.isEmpty() ? signature.outputNames() : List.copyOf(outputs),
                SignatureCheck.rows(ordered, signature),
                null,
                0,
                new AnswerForm(null, List.of(), true));
    }

    private void readFields() throws IOException {
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            place = "message";
            switch (tag) {
                case Tags.PREDICT_INPUT -> {
                    place = "inputs";
                    Span entry = cursor.readSpan();
                    if (tensors.size() == signature.inputs().size()) {
                        throw sizeMismatch();
                    }
                    readInput(entry);
                }
                case Tags.PREDICT_FILTER -> {
                    place = "output_filter";
                    addOutput(cursor.readString());
                }
                default -> cursor.skip(tag);
            }
        }
    }

    private void addOutput(String name) {
        if (signature.output(name) == null) {
            throw InferenceException.invalid(
                    "",
                    "output tensor alias not found in signature: " + InferenceException.shortened(name)
                            + " Outputs expected to be in the set {"
                            + String.join(",", new TreeSet<>(signature.outputNames())) + "}.");
        }
        if (outputs.contains(name)) {
            throw InferenceException.invalid("", "duplicate output tensor alias: " + name);
        }
        outputs.add(name);
    }

    private void readInput(Span entry) throws IOException {
        MessageCursor fields = new MessageCursor(cursor.array(), entry);
        String name = "";
        Span value = new Span(entry.to(), entry.to()); // an entry without one has an empty one
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            switch (tag) {
                case Tags.MAP_KEY -> name = fields.readString();
                case Tags.MAP_VALUE -> value = fields.readSpan();
                default -> fields.skip(tag);
            }
        }
        int at = signature.indexOfInput(name);
        if (at < 0) {
            throw InferenceException.invalid(
                    "",
                    "input tensor alias not found in signature: " + InferenceException.shortened(name)
                            + ". Inputs expected to be in the set {" + inputNames() + "}.");
        }
        tensors.add(tensor(signature.inputs().get(at), value));
    }

    private String inputNames() {
        TreeSet<String> names = new TreeSet<>();
        signature.inputs().forEach(spec -> names.add(spec.name()));
        return String.join(",", names);
    }

    private Tensor tensor(TensorSpec spec, Span value) {
        try {
            TensorMessage read = TensorMessage.read(cursor.array(), value);
            requireFit(spec, read);
            return new Tensor(spec.name(), spec.dataType(), read.shape(), data(read));
        } catch (IOException broken) {
            throw parsingError(spec, MessageCursor.BROKEN);
        } catch (InferenceException wrong) {
            throw wrong.error() instanceof InvalidRequest invalid ? parsingError(spec, invalid.message()) : wrong;
        }
    }

    private static InferenceException parsingError(TensorSpec spec, String why) {
        return InferenceException.invalid("", "tensor parsing error: " + spec.name() + " (" + why + ")");
    }

    private static void requireFit(TensorSpec spec, TensorMessage tensor) {
        if (tensor.dataType() != spec.dataType()) {
            throw InferenceException.invalid(
                    "dtype",
                    "expects " + TfsType.constant(spec.dataType()) + " and got " + TfsType.constant(tensor.dataType()));
        }
        if (!spec.shape().accepts(tensor.shape())) {
            throw InferenceException.invalid(
                    "tensor_shape", "expects " + spec.shape() + " (-1 is any) and got " + tensor.shape());
        }
    }

    private ByteBuffer data(TensorMessage tensor) throws IOException {
        int count = (int) ElementCount.of("tensor_shape", tensor.shape());
        Span content = tensor.content();
        if (content == null) {
            return new ValuesDecoder(tensor, cursor.array(), count, buffers).decode();
        }
        if (tensor.dataType() == DataType.BYTES) {
            return strings(content, count);
        }
        ByteBuffer data = ByteBuffer.wrap(cursor.array(), content.from(), content.length())
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        TensorBytes.check("tensor_content", data, tensor.dataType(), tensor.shape());
        return data;
    }

    /** All lengths come first, and then all strings. */
    private ByteBuffer strings(Span content, int count) throws IOException {
        if (count > content.length()) {
            throw InferenceException.invalid("tensor_content", "has fewer strings than the shape");
        }
        CodedInputStream lengths = CodedInputStream.newInstance(cursor.array(), content.from(), content.length());
        long bytes = 0;
        for (int each = 0; each < count; each++) {
            bytes += Integer.toUnsignedLong(lengths.readRawVarint32());
        }
        int at = content.from() + lengths.getTotalBytesRead();
        if (bytes != content.to() - at) {
            throw InferenceException.invalid("tensor_content", "its lengths do not add up to the bytes that are there");
        }
        ByteBuffer memory = buffers.take(Math.toIntExact(bytes + (long) count * DataType.LENGTH_PREFIX_BYTES));
        lengths = CodedInputStream.newInstance(cursor.array(), content.from(), content.length());
        for (int each = 0; each < count; each++) {
            int length = lengths.readRawVarint32();
            memory.putInt(length).put(cursor.array(), at, length);
            at += length;
        }
        return memory.position(0);
    }

    /** Looks at all names again, for the words that that server has for it. */
    private InferenceException sizeMismatch() {
        TreeSet<String> sent = new TreeSet<>();
        int most = 2 * signature.inputs().size() + 1; // each may come twice; more of them say nothing more
        MessageCursor again = new MessageCursor(message.array(), new Span(message.from(), message.to()));
        try {
            for (int tag = again.readTag(); tag != 0 && sent.size() < most; tag = again.readTag()) {
                if (tag == Tags.PREDICT_INPUT) {
                    sent.add(name(again.readSpan()));
                } else {
                    again.skip(tag);
                }
            }
        } catch (IOException broken) {
            return MessageCursor.broken("message");
        }
        TreeSet<String> wanted = new TreeSet<>();
        signature.inputs().forEach(spec -> wanted.add(spec.name()));
        TreeSet<String> extra = new TreeSet<>(sent);
        extra.removeAll(wanted);
        TreeSet<String> missing = new TreeSet<>(wanted);
        missing.removeAll(sent);
        return InferenceException.invalid(
                "",
                "input size does not match signature: " + sent.size() + "!=" + wanted.size() + " len({"
                        + String.join(",", sent) + "}) != len({" + String.join(",", wanted) + "}). Sent extra: {"
                        + String.join(",", extra) + "}. Missing but required: {" + String.join(",", missing) + "}.");
    }

    private String name(Span entry) throws IOException {
        MessageCursor fields = new MessageCursor(cursor.array(), entry);
        String name = "";
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag == Tags.MAP_KEY) {
                name = fields.readString();
            } else {
                fields.skip(tag);
            }
        }
        return InferenceException.shortened(name);
    }
}
