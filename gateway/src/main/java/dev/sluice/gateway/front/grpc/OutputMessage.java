package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;

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
            ElementWriter.writeHead(output, field(output).number(), elements, out);
            ElementWriter.write(output, field(output).number(), out);
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

    private static int elementsSize(Tensor output) {
        return ElementWriter.size(output, field(output).number());
    }

    /** Of the message of contents, whose elements take so many bytes. */
    private static int contentsSize(Tensor output, int elements) {
        return ElementWriter.fieldSize(output, field(output).number(), elements);
    }
}
