package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes an InferOutputTensor: its name, type and shape, and unless its elements come raw, those as well.
 *
 * @thread stateless
 * @errors InvalidRequest for FP16 and BF16, which have no typed form
 */
final class OutputMessage {

    private static final int NAME = 1;
    private static final int DATATYPE = 2;
    private static final int SHAPE = 3;
    private static final int CONTENTS = 5;

    private OutputMessage() {}

    static int size(Tensor output, boolean raw) {
        int bytes = CodedOutputStream.computeStringSize(NAME, output.name());
        bytes += CodedOutputStream.computeStringSize(DATATYPE, output.dataType().name());
        int shape = shapeSize(output.shape());
        if (shape > 0) {
            bytes += CodedOutputStream.computeTagSize(SHAPE) + CodedOutputStream.computeUInt32SizeNoTag(shape) + shape;
        }
        if (!raw) {
            int contents = contentsSize(output, elementsSize(output));
            bytes = Math.addExact(bytes + CodedOutputStream.computeTagSize(CONTENTS), lengthAnd(contents));
        }
        return bytes;
    }

    static void write(Tensor output, boolean raw, CodedOutputStream out) throws IOException {
        out.writeString(NAME, output.name());
        out.writeString(DATATYPE, output.dataType().name());
        int shape = shapeSize(output.shape());
        if (shape > 0) {
            out.writeTag(SHAPE, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(shape);
            for (long dimension : output.shape().dimensions()) {
                out.writeInt64NoTag(dimension);
            }
        }
        if (!raw) {
            int elements = elementsSize(output);
            out.writeTag(CONTENTS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(contentsSize(output, elements));
            writeContents(output, elements, out);
        }
    }

    private static int shapeSize(Shape shape) {
        int bytes = 0;
        for (long dimension : shape.dimensions()) {
            bytes += CodedOutputStream.computeInt64SizeNoTag(dimension);
        }
        return bytes;
    }

    private static int lengthAnd(int bytes) {
        return Math.addExact(CodedOutputStream.computeUInt32SizeNoTag(bytes), bytes);
    }

    private static ContentsField field(Tensor output) {
        return ContentsField.of("output \"" + output.name() + "\"", output.dataType());
    }

    /** Of the message of contents, whose elements take so many bytes. */
    private static int contentsSize(Tensor output, int elements) {
        if (elements == 0 || field(output) == ContentsField.BYTES) {
            return elements;
        }
        return Math.addExact(CodedOutputStream.computeTagSize(field(output).number()), lengthAnd(elements));
    }

    /** Of the elements alone; those of strings with their tags, for each has one. */
    private static int elementsSize(Tensor output) {
        if (field(output).fixedBytes() > 0 || output.dataType() == DataType.BOOL) {
            return output.byteCount();
        }
        ByteBuffer data = output.data();
        long bytes = 0;
        for (int at = data.position(); at < data.limit(); at += step(output, at)) {
            bytes += elementSize(output, at);
        }
        return Math.toIntExact(bytes);
    }

    private static int step(Tensor output, int at) {
        return output.dataType() == DataType.BYTES
                ? DataType.LENGTH_PREFIX_BYTES + output.data().getInt(at)
                : output.dataType().elementBytes();
    }

    private static int elementSize(Tensor output, int at) {
        return switch (output.dataType()) {
            case BYTES ->
                CodedOutputStream.computeTagSize(ContentsField.BYTES.number())
                        + lengthAnd(output.data().getInt(at));
            case INT8, INT16, INT32 -> CodedOutputStream.computeInt32SizeNoTag((int) integer(output, at));
            default -> CodedOutputStream.computeUInt64SizeNoTag(integer(output, at));
        };
    }

    private static long integer(Tensor output, int at) {
        ByteBuffer data = output.data();
        return switch (output.dataType()) {
            case INT8 -> data.get(at);
            case UINT8 -> data.get(at) & 0xFF;
            case INT16 -> data.getShort(at);
            case UINT16 -> data.getShort(at) & 0xFFFF;
            case INT32 -> data.getInt(at);
            case UINT32 -> data.getInt(at) & 0xFFFF_FFFFL;
            case INT64, UINT64 -> data.getLong(at);
            case BOOL, FP16, BF16, FP32, FP64, BYTES ->
                throw new IllegalArgumentException(output.dataType() + " is no integer");
        };
    }

    private static void writeContents(Tensor output, int elements, CodedOutputStream out) throws IOException {
        if (elements == 0) {
            return;
        }
        ContentsField field = field(output);
        ByteBuffer data = output.data();
        if (field != ContentsField.BYTES) {
            out.writeUInt32NoTag(field.packedTag());
            out.writeUInt32NoTag(elements);
        }
        if (field.fixedBytes() > 0 || field == ContentsField.BOOL) {
            out.write(data.duplicate());
            return;
        }
        for (int at = data.position(); at < data.limit(); at += step(output, at)) {
            if (field == ContentsField.BYTES) {
                writeString(data, at, out);
            } else if (field == ContentsField.INT) {
                out.writeInt32NoTag((int) integer(output, at));
            } else {
                out.writeUInt64NoTag(integer(output, at));
            }
        }
    }

    private static void writeString(ByteBuffer data, int at, CodedOutputStream out) throws IOException {
        int length = data.getInt(at);
        out.writeUInt32NoTag(ContentsField.BYTES.unpackedTag());
        out.writeUInt32NoTag(length);
        out.write(data.slice(at + DataType.LENGTH_PREFIX_BYTES, length));
    }
}
