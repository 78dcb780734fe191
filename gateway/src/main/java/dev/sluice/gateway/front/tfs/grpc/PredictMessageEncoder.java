package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.ElementWriter;
import dev.sluice.gateway.front.grpc.GrpcFraming;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a PredictResponse behind the five bytes that every message of gRPC begins with. Elements stand one by one in the field
 * for their type, which is what that server does and clients read by name. Floats are not copied: packed, they lie in the
 * message just as in the tensor, so the message's pieces are they and what stands between them.
 *
 * @thread confined to one front loop; one use
 * @source tensorflow/serving, predict_util.cc: kAsProtoField
 */
final class PredictMessageEncoder {

    private static final int DTYPE = 1;
    private static final int SHAPE = 2;
    private static final int DIM = 2;
    private static final int DIM_SIZE = 1;
    private static final int KEY = 1;
    private static final int VALUE = 2;

    private final List<Tensor> outputs;
    private final SpecWriter spec;

    /** Of the elements of each output, its TensorProto, and its entry in the map. */
    private final int[] elements;

    private final int[] tensors;
    private final int[] entries;

    PredictMessageEncoder(InferenceResponse response) {
        this.outputs = response.outputs();
        this.spec = new SpecWriter(response.model());
        this.elements = new int[outputs.size()];
        this.tensors = new int[outputs.size()];
        this.entries = new int[outputs.size()];
    }

    List<ByteBuffer> encode() {
        int message = spec.fieldSize();
        int elsewhere = 0;
        for (int place = 0; place < outputs.size(); place++) {
            measure(place);
            message = Math.addExact(message, sized(entries[place]));
            elsewhere += isPiece(place) ? elements[place] : 0;
        }
        byte[] own = new byte[GrpcFraming.PREFIX_BYTES + message - elsewhere];
        GrpcFraming.writePrefix(own, false, message);
        List<ByteBuffer> pieces = new ArrayList<>(1 + 2 * outputs.size());
        try {
            CodedOutputStream out =
                    CodedOutputStream.newInstance(own, GrpcFraming.PREFIX_BYTES, own.length - GrpcFraming.PREFIX_BYTES);
            int from = 0;
            for (int place = 0; place < outputs.size(); place++) {
                writeHead(place, out);
                if (isPiece(place)) {
                    int to = GrpcFraming.PREFIX_BYTES + out.getTotalBytesWritten();
                    pieces.add(ByteBuffer.wrap(own, from, to - from));
                    pieces.add(outputs.get(place).data());
                    from = to;
                } else {
                    ElementWriter.write(outputs.get(place), field(place), out);
                }
            }
            spec.write(out);
            pieces.add(ByteBuffer.wrap(own, from, own.length - from));
        } catch (IOException outOfSpace) {
            throw new UncheckedIOException(outOfSpace); // a defect of ours: the sizes were computed
        }
        return pieces;
    }

    private int field(int place) {
        return ValueField.of(outputs.get(place).dataType()).number();
    }

    private boolean isPiece(int place) {
        return elements[place] > 0
                && ElementWriter.isAsInMemory(outputs.get(place).dataType());
    }

    /** A field with a number below 16 whose value takes so many bytes and says so. */
    private static int sized(int bytes) {
        return Math.addExact(1 + CodedOutputStream.computeUInt32SizeNoTag(bytes), bytes);
    }

    private void measure(int place) {
        Tensor output = outputs.get(place);
        elements[place] = ElementWriter.size(output, field(place));
        int tensor = CodedOutputStream.computeEnumSize(DTYPE, TfsType.number(output.dataType()))
                + sized(shapeSize(output.shape()));
        tensors[place] = Math.addExact(tensor, ElementWriter.fieldSize(output, field(place), elements[place]));
        int key = CodedOutputStream.computeStringSize(KEY, output.name());
        entries[place] = Math.addExact(key, sized(tensors[place]));
    }

    private static int shapeSize(Shape shape) {
        int bytes = 0;
        for (long size : shape.dimensions()) {
            bytes += sized(CodedOutputStream.computeInt64Size(DIM_SIZE, size));
        }
        return bytes;
    }

    /** Everything of an output but its elements. */
    private void writeHead(int place, CodedOutputStream out) throws IOException {
        Tensor output = outputs.get(place);
        begin(Tags.RESPONSE_OUTPUT, entries[place], out);
        out.writeString(KEY, output.name());
        begin(VALUE, tensors[place], out);
        out.writeEnum(DTYPE, TfsType.number(output.dataType()));
        begin(SHAPE, shapeSize(output.shape()), out);
        for (long size : output.shape().dimensions()) {
            begin(DIM, CodedOutputStream.computeInt64Size(DIM_SIZE, size), out);
            out.writeInt64(DIM_SIZE, size);
        }
        ElementWriter.writeHead(output, field(place), elements[place], out);
    }

    private static void begin(int field, int bytes, CodedOutputStream out) throws IOException {
        out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(bytes);
    }
}
