package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an InferInputTensor says, checked against the model's signature; its elements have not been looked at.
 *
 * @param field where it stands, as in {@code inputs[0]}
 * @param contents where the elements lie; null when it has none, because they are in {@code raw_input_contents}
 */
record InputMessage(
        String field,
        String name,
        DataType dataType,
        Shape shape,
        @Nullable Span contents) {

    /**
     * Reads one.
     *
     * @throws InferenceException InvalidRequest that names the field
     */
    static InputMessage read(String field, byte[] array, Span message, Signature signature) {
        Reader reader = new Reader(field, new MessageCursor(array, message));
        try {
            reader.readFields();
        } catch (IOException broken) {
            throw MessageCursor.broken(field + reader.place);
        }
        Shape shape = new Shape(Arrays.copyOf(reader.dimensions, reader.rank));
        DataType dataType = SignatureCheck.dataType(field + ".datatype", reader.dataType);
        SignatureCheck.input(field, reader.name, dataType, shape, signature);
        return new InputMessage(field, reader.name, dataType, shape, reader.contents);
    }

    /**
     * The fields in the order in which they come.
     *
     * @thread confined to one front loop
     */
    private static final class Reader {

        private final String field;
        private final MessageCursor cursor;
        private final long[] dimensions = new long[SignatureCheck.MAX_RANK];
        private int rank;
        private String name = "";
        private String dataType = "";
        private @Nullable Span contents;
        private String place = "";

        Reader(String field, MessageCursor cursor) {
            this.field = field;
            this.cursor = cursor;
        }

        void readFields() throws IOException {
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                place = switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> ".name";
                    case 2 -> ".datatype";
                    case 3 -> ".shape";
                    case 4 -> ".parameters";
                    case 5 -> ".contents";
                    default -> "";
                };
                readField(tag);
            }
        }

        private void readField(int tag) throws IOException {
            switch (tag) {
                case MessageTags.TENSOR_NAME -> name = cursor.readString();
                case MessageTags.TENSOR_DATATYPE -> dataType = cursor.readString();
                case MessageTags.TENSOR_DIMENSION -> addDimension(cursor.in().readInt64());
                case MessageTags.TENSOR_SHAPE -> readShape();
                case MessageTags.TENSOR_PARAMETER -> refuseSharedMemory();
                case MessageTags.TENSOR_CONTENTS -> {
                    if (contents != null) {
                        throw InferenceException.invalid(field + ".contents", "given twice");
                    }
                    contents = cursor.readSpan();
                }
                default -> cursor.skip(tag);
            }
        }

        private void readShape() throws IOException {
            CodedInputStream in = cursor.in();
            int outer = in.pushLimit(in.readRawVarint32());
            while (in.getBytesUntilLimit() > 0) {
                addDimension(in.readInt64());
            }
            in.popLimit(outer);
        }

        private void addDimension(long dimension) {
            if (rank == dimensions.length) {
                throw InferenceException.invalid(field + ".shape", "more than " + dimensions.length + " dimensions");
            }
            if (dimension < 0) {
                throw InferenceException.invalid(
                        field + ".shape[" + rank + "]", "expected no less than 0, got " + dimension);
            }
            dimensions[rank++] = dimension;
        }

        private void refuseSharedMemory() throws IOException {
            Parameter parameter = Parameter.read(cursor.array(), cursor.readSpan());
            if (parameter.name().equals("shared_memory_region")) {
                throw InferenceException.invalid(
                        field + ".parameters.shared_memory_region", "shared memory is not supported");
            }
        }
    }
}
