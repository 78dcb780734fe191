package dev.sluice.worker.engine;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as it stands in an ONNX file, filled while its fields are read.
 *
 * @thread one at a time
 * @shape as in the file
 * @source onnx.proto, TensorProto: raw bytes, or one of five lists of numbers wide enough for the element type
 */
final class TensorProto {

    private String name = "";
    private @Nullable DataType type;
    private boolean inside = true;
    private final List<Long> dimensions = new ArrayList<>();

    /** The bits of each element in the low bytes; at most one of this, {@code strings} and {@code raw} has elements. */
    private final List<Long> elements = new ArrayList<>();

    private final List<byte[]> strings = new ArrayList<>();
    private byte[] raw = {};

    @FunctionalInterface
    private interface ElementReader {
        long read() throws IOException;
    }

    String name() {
        return name;
    }

    /** Whether its data stands in the file, in a type that a request could carry. */
    boolean isUsable() {
        return inside && type != null;
    }

    /** Whether its data stands in another file. */
    boolean isOutside() {
        return !inside;
    }

    /** For {@link ProtoFields}: reads what the data is, and skips the data itself. */
    boolean readHeader(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case OnnxProto.TENSOR_NAME -> name = in.readString();
            case OnnxProto.TENSOR_DATA_TYPE -> type = OnnxTypes.of(in.readInt32());
            case OnnxProto.TENSOR_DATA_LOCATION -> inside = in.readEnum() == OnnxProto.LOCATION_INSIDE;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** For {@link ProtoFields}: reads all of the tensor. */
    boolean read(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case OnnxProto.TENSOR_RAW_DATA -> raw = in.readByteArray();
            case OnnxProto.TENSOR_STRING_DATA -> strings.add(in.readByteArray());
            default -> {
                return readNumbers(tag, in) || readHeader(tag, in);
            }
        }
        return true;
    }

    private boolean readNumbers(int tag, CodedInputStream in) throws IOException {
        switch (WireFormat.getTagFieldNumber(tag)) {
            case OnnxProto.TENSOR_DIMS_FIELD -> readRepeated(tag, in, dimensions, in::readInt64);
            case OnnxProto.TENSOR_FLOAT_DATA_FIELD -> readRepeated(tag, in, elements, in::readFixed32);
            case OnnxProto.TENSOR_DOUBLE_DATA_FIELD -> readRepeated(tag, in, elements, in::readFixed64);
            case OnnxProto.TENSOR_INT32_DATA_FIELD,
                    OnnxProto.TENSOR_INT64_DATA_FIELD,
                    OnnxProto.TENSOR_UINT64_DATA_FIELD -> readRepeated(tag, in, elements, in::readInt64);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void readRepeated(int tag, CodedInputStream in, List<Long> into, ElementReader reader)
            throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            into.add(reader.read());
            return;
        }
        int outer = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            into.add(reader.read());
        }
        in.popLimit(outer);
    }

    /** A tensor over a direct buffer. */
    Tensor toTensor() throws InvalidProtocolBufferException {
        DataType known = type;
        if (known == null) {
            throw new InvalidProtocolBufferException("initializer " + name + " has an unknown type");
        }
        Shape shape = new Shape(dimensions.stream().mapToLong(Long::longValue).toArray());
        ByteBuffer data = known == DataType.BYTES ? ByteStrings.join(strings) : numbers(known.elementBytes());
        long complete = known == DataType.BYTES ? strings.size() : data.remaining() / known.elementBytes();
        if (complete != shape.elementCount()) {
            throw new InvalidProtocolBufferException(
                    "initializer " + name + " has " + complete + " elements and the shape " + shape);
        }
        return new Tensor(name, known, shape, OnnxTensors.direct(data));
    }

    private ByteBuffer numbers(int elementBytes) {
        if (elements.isEmpty()) {
            return ByteBuffer.wrap(raw);
        }
        ByteBuffer data = ByteBuffer.allocate(elements.size() * elementBytes + Long.BYTES);
        data.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements.size(); i++) {
            // Little-endian: the low bytes come first, and the next element overwrites the rest.
            data.putLong(i * elementBytes, elements.get(i));
        }
        return data.limit(elements.size() * elementBytes);
    }
}
