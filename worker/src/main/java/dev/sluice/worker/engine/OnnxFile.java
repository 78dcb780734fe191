package dev.sluice.worker.engine;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file says that ONNX Runtime's Java interface keeps to itself: which inputs have a default, and which
 * have no shape.
 *
 * @thread one at a time
 * @units sizes in bytes
 * @bound reads structure and skips weights, so a file of any size takes little time and no memory to speak of
 * @source onnx.proto; ONNX IR specification, "Graphs": an initializer that is also an input is its default since IR 4
 */
final class OnnxFile {

    private static final int FIRST_IR_VERSION_WITH_DEFAULTS = 4;

    /**
     * Old exporters list every weight as an input. Only when all that could be overridden is smaller than any weights
     * worth the name do we take it for meant.
     */
    private static final long MAX_DEFAULTS_BYTES = 4096;

    /** A file with defaults is read whole to take them out; a bigger one keeps them, and its inputs stay hidden. */
    private static final long MAX_REWRITTEN_BYTES = 64L << 20;

    private final long fileBytes;
    private final Set<String> inputs = new LinkedHashSet<>();
    private final Set<String> shapelessInputs = new LinkedHashSet<>();
    private final Map<String, Initializer> initializers = new LinkedHashMap<>();
    private long irVersion;
    private boolean weightsOutside;

    private OnnxFile(long fileBytes) {
        this.fileBytes = fileBytes;
    }

    /** @param usable whether its value stands in the file, in a type that a request could carry */
    private record Initializer(int bytes, boolean usable) {}

    static OnnxFile scan(Path path) throws IOException {
        OnnxFile file = new OnnxFile(Files.size(path));
        try (InputStream bytes = Files.newInputStream(path)) {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            ProtoFields.forEach(in, tag -> file.readModel(tag, in));
            return file;
        } catch (InvalidProtocolBufferException e) {
            // ONNX Runtime will refuse the file too, or know its format, which need not be ONNX's own.
            return new OnnxFile(0);
        }
    }

    /** Inputs that a request may leave out because the file has a default for them. */
    Set<String> optionalInputs() {
        Map<String, Initializer> overridable = new LinkedHashMap<>(initializers);
        overridable.keySet().retainAll(inputs);
        long bytes = overridable.values().stream().mapToLong(Initializer::bytes).sum();
        boolean meant = irVersion >= FIRST_IR_VERSION_WITH_DEFAULTS && bytes <= MAX_DEFAULTS_BYTES;
        boolean possible = fileBytes <= MAX_REWRITTEN_BYTES
                && overridable.values().stream().allMatch(Initializer::usable);
        return meant && possible ? overridable.keySet() : Set.of();
    }

    /** Inputs that must be sent and have no rank even in the file; the session takes them for scalars. */
    Set<String> shapelessInputs() {
        Set<String> required = new LinkedHashSet<>(shapelessInputs);
        required.removeAll(initializers.keySet());
        return required;
    }

    /** Whether some of its weights lie in other files. */
    boolean hasWeightsOutside() {
        return weightsOutside;
    }

    private boolean readModel(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case OnnxProto.MODEL_IR_VERSION -> irVersion = in.readInt64();
            case OnnxProto.MODEL_GRAPH -> ProtoFields.forEachInMessage(in, field -> readGraph(field, in));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readGraph(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case OnnxProto.GRAPH_INITIALIZER -> readInitializer(in);
            case OnnxProto.GRAPH_INPUT -> readInput(in);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void readInitializer(CodedInputStream in) throws IOException {
        TensorProto tensor = new TensorProto();
        int bytes = ProtoFields.forEachInMessage(in, tag -> tensor.readHeader(tag, in));
        weightsOutside |= tensor.isOutside();
        initializers.put(tensor.name(), new Initializer(bytes, tensor.isUsable()));
    }

    private void readInput(CodedInputStream in) throws IOException {
        ValueInfo input = new ValueInfo();
        ProtoFields.forEachInMessage(in, tag -> input.read(tag, in));
        inputs.add(input.name);
        if (input.tensor && !input.shape) {
            shapelessInputs.add(input.name);
        }
    }

    /** A name and its type, a tensor or something else; of a tensor's type only whether it has a shape. */
    private static final class ValueInfo {
        private String name = "";
        private boolean tensor;
        private boolean shape;

        boolean read(int tag, CodedInputStream in) throws IOException {
            switch (tag) {
                case OnnxProto.VALUE_NAME -> name = in.readString();
                case OnnxProto.VALUE_TYPE -> ProtoFields.forEachInMessage(in, field -> readType(field, in));
                default -> {
                    return false;
                }
            }
            return true;
        }

        private boolean readType(int tag, CodedInputStream in) throws IOException {
            if (tag != OnnxProto.TYPE_TENSOR) {
                return false;
            }
            tensor = true;
            ProtoFields.forEachInMessage(in, field -> {
                shape |= field == OnnxProto.TENSOR_TYPE_SHAPE;
                return false;
            });
            return true;
        }
    }
}
