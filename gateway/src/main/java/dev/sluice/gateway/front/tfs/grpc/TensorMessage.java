package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a TensorProto says; its elements have not been looked at.
 *
 * @param message where it lies
 * @param content where its elements lie as they lie in memory; null when they stand one by one
 */
record TensorMessage(
        DataType dataType,
        Shape shape,
        Span message,
        @Nullable Span content) {

    /**
     * Reads one.
     *
     * @throws InferenceException InvalidRequest, for what no tensor here can be
     */
    static TensorMessage read(byte[] array, Span message) throws IOException {
        Reader reader = new Reader(array);
        reader.readFields(message);
        DataType dataType = TfsType.ofNumber(reader.type)
                .orElseThrow(() -> InferenceException.invalid(
                        "dtype", "the type of number " + reader.type + " is none that a model here has"));
        Shape shape = new Shape(Arrays.copyOf(reader.dimensions, reader.rank));
        @Nullable Span content = reader.content;
        return new TensorMessage(dataType, shape, message, content == null || content.length() == 0 ? null : content);
    }

    /**
     * The fields in the order in which they come.
     *
     * @thread confined to one front loop
     */
    private static final class Reader {

        private final byte[] array;
        private final long[] dimensions = new long[SignatureCheck.MAX_RANK];
        private int type;
        private int rank;
        private boolean shaped;
        private @Nullable Span content;

        Reader(byte[] array) {
            this.array = array;
        }

        void readFields(Span message) throws IOException {
            MessageCursor cursor = new MessageCursor(array, message);
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                switch (tag) {
                    case Tags.TENSOR_TYPE -> type = cursor.in().readEnum();
                    case Tags.TENSOR_SHAPE -> {
                        requireFirst(!shaped, "tensor_shape");
                        shaped = true;
                        readShape(cursor.readSpan());
                    }
                    case Tags.TENSOR_CONTENT -> {
                        requireFirst(content == null, "tensor_content");
                        content = cursor.readSpan();
                    }
                    default -> cursor.skip(tag);
                }
            }
        }

        private static void requireFirst(boolean first, String field) {
            if (!first) {
                throw InferenceException.invalid(field, "given twice");
            }
        }

        private void readShape(Span shape) throws IOException {
            MessageCursor cursor = new MessageCursor(array, shape);
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                switch (tag) {
                    case Tags.SHAPE_DIM -> addDimension(size(cursor.readSpan()));
                    case Tags.SHAPE_UNKNOWN_RANK -> {
                        if (cursor.in().readBool()) {
                            throw InferenceException.invalid(
                                    "tensor_shape.unknown_rank", "a tensor that is sent has a shape");
                        }
                    }
                    default -> cursor.skip(tag);
                }
            }
        }

        private long size(Span dim) throws IOException {
            MessageCursor cursor = new MessageCursor(array, dim);
            long size = 0;
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                if (tag == Tags.DIM_SIZE) {
                    size = cursor.in().readInt64();
                } else {
                    cursor.skip(tag);
                }
            }
            return size;
        }

        private void addDimension(long size) {
            if (rank == dimensions.length) {
                throw InferenceException.invalid("tensor_shape", "more than " + dimensions.length + " dimensions");
            }
            if (size < 0) {
                throw InferenceException.invalid(
                        "tensor_shape.dim[" + rank + "]", "expected no less than 0, got " + size);
            }
            dimensions[rank++] = size;
        }
    }
}
