package dev.sluice.worker.engine;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.sluice.worker.contract.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model whose optional inputs have become ordinary ones, and the defaults they had.
 *
 * @param model the file without those initializers, otherwise byte for byte
 * @param defaults by input name
 */
record OptionalInputs(byte[] model, Map<String, Tensor> defaults) {

    /*
     * ONNX Runtime lets a call override an initializer that is also an input, but its Java interface neither lists
     * such inputs nor lets a call have more inputs than it lists. Without its initializer the input is like any
     * other, and we send the default ourselves when a request leaves it out.
     */

    /** Says what a field's value becomes. */
    @FunctionalInterface
    private interface Edit {

        /** The new value, or null to leave the field out. */
        byte @Nullable [] apply(byte[] value) throws IOException;
    }

    static OptionalInputs extract(byte[] file, Set<String> names) throws IOException {
        Map<String, Tensor> defaults = new LinkedHashMap<>();
        Edit takeOut = initializer -> {
            TensorProto tensor = parse(initializer);
            if (!names.contains(tensor.name())) {
                return initializer;
            }
            defaults.put(tensor.name(), tensor.toTensor());
            return null;
        };
        byte[] model =
                rewrite(file, OnnxProto.MODEL_GRAPH, graph -> rewrite(graph, OnnxProto.GRAPH_INITIALIZER, takeOut));
        return new OptionalInputs(model, defaults);
    }

    private static TensorProto parse(byte[] initializer) throws IOException {
        TensorProto tensor = new TensorProto();
        CodedInputStream in = CodedInputStream.newInstance(initializer);
        ProtoFields.forEach(in, tag -> tensor.read(tag, in));
        return tensor;
    }

    private static byte[] rewrite(byte[] message, int edited, Edit edit) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.length);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        CodedInputStream in = CodedInputStream.newInstance(message);
        while (!in.isAtEnd()) {
            int start = in.getTotalBytesRead();
            int tag = in.readTag();
            if (tag == edited) {
                byte[] value = edit.apply(in.readByteArray());
                if (value != null) {
                    out.writeUInt32NoTag(tag);
                    out.writeByteArrayNoTag(value);
                }
            } else {
                in.skipField(tag);
                out.writeRawBytes(message, start, in.getTotalBytesRead() - start);
            }
        }
        out.flush();
        return bytes.toByteArray();
    }
}
