package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.GrpcFraming;
import dev.sluice.gateway.front.tfs.ResultsWriter;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a ClassificationResponse or a RegressionResponse behind the five bytes that every message of gRPC begins with. What it
 * takes is added up first, row by row, and then written once.
 *
 * @thread confined to one front loop; one use
 * @errors InvalidRequest where labels and scores do not go together
 * @source tensorflow/serving, classification.proto, regression.proto
 */
final class ResultsMessage {

    private static final byte[] NO_LABEL = {};

    private final List<Tensor> outputs;
    private final Tensor values;
    private final SpecWriter spec;
    private final List<String> declared;

    /** Where the next label lies. */
    private int labelAt;

    ResultsMessage(InferenceResponse response, Description model) {
        this.outputs = response.outputs();
        this.values = outputs.getFirst();
        this.spec = new SpecWriter(response.model());
        this.declared = model.labels();
    }

    /**
     * Writes rows.
     *
     * @thread confined to one front loop
     */
    private interface Rows {

        void write(CodedOutputStream out) throws IOException;
    }

    List<ByteBuffer> classes() {
        ResultsWriter.requireSameShape(outputs);
        int classes = (int) values.shape().dimension(1);
        int rows = (int) values.rows();
        byte[][] labels = labels(classes);
        int[] rowBytes = new int[rows];
        int result = 0;
        for (int row = 0; row < rows; row++) {
            for (int each = 0; each < classes; each++) {
                rowBytes[row] = Math.addExact(
                        rowBytes[row], sized(classBytes(label(labels, row * classes + each), row * classes + each)));
            }
            result = Math.addExact(result, sized(rowBytes[row]));
        }
        return message(result, out -> {
            for (int row = 0; row < rows; row++) {
                begin(Tags.RESULT_ROW, rowBytes[row], out);
                for (int each = 0; each < classes; each++) {
                    int place = row * classes + each;
                    byte[] label = label(labels, place);
                    begin(Tags.ROW_CLASS, classBytes(label, place), out);
                    if (label.length > 0) {
                        out.writeByteArray(Tags.CLASS_LABEL, label);
                    }
                    writeFloat(Tags.CLASS_SCORE, value(place), out);
                }
            }
        });
    }

    /** Those of the classes, which are the same in every row; or one for each value, where the model gives them. */
    private byte[][] labels(int classes) {
        if (outputs.size() == 1) {
            return declared.size() == classes
                    ? declared.stream()
                            .map(label -> label.getBytes(StandardCharsets.UTF_8))
                            .toArray(byte[][]::new)
                    : new byte[][] {NO_LABEL};
        }
        ByteBuffer given = outputs.get(1).data();
        byte[][] labels = new byte[Math.toIntExact(values.shape().elementCount())][];
        labelAt = given.position();
        for (int place = 0; place < labels.length; place++) {
            labels[place] = new byte[given.getInt(labelAt)];
            given.get(labelAt + DataType.LENGTH_PREFIX_BYTES, labels[place]);
            labelAt += DataType.LENGTH_PREFIX_BYTES + labels[place].length;
        }
        return labels;
    }

    private static byte[] label(byte[][] labels, int place) {
        return labels.length == 0 ? NO_LABEL : labels[place % labels.length];
    }

    private int classBytes(byte[] label, int place) {
        int text = label.length == 0 ? 0 : CodedOutputStream.computeByteArraySize(Tags.CLASS_LABEL, label);
        return Math.addExact(text, floatBytes(Tags.CLASS_SCORE, value(place)));
    }

    List<ByteBuffer> numbers() {
        int rows = (int) values.rows();
        int result = 0;
        for (int row = 0; row < rows; row++) {
            result = Math.addExact(result, sized(floatBytes(Tags.REGRESSION_VALUE, value(row))));
        }
        return message(result, out -> {
            for (int row = 0; row < rows; row++) {
                begin(Tags.RESULT_ROW, floatBytes(Tags.REGRESSION_VALUE, value(row)), out);
                writeFloat(Tags.REGRESSION_VALUE, value(row), out);
            }
        });
    }

    private float value(int place) {
        ByteBuffer data = values.data();
        return values.dataType() == DataType.FP64
                ? (float) data.getDouble(data.position() + place * Double.BYTES)
                : data.getFloat(data.position() + place * Float.BYTES);
    }

    /** What is zero is left out, as the language of these messages has it. */
    private static int floatBytes(int field, float value) {
        return Float.floatToRawIntBits(value) == 0 ? 0 : CodedOutputStream.computeFloatSize(field, value);
    }

    private static void writeFloat(int field, float value, CodedOutputStream out) throws IOException {
        if (Float.floatToRawIntBits(value) != 0) {
            out.writeFloat(field, value);
        }
    }

    private static int sized(int bytes) {
        return Math.addExact(1 + CodedOutputStream.computeUInt32SizeNoTag(bytes), bytes);
    }

    private static void begin(int field, int bytes, CodedOutputStream out) throws IOException {
        out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(bytes);
    }

    private List<ByteBuffer> message(int result, Rows rows) {
        int bytes = Math.addExact(sized(result), spec.fieldSize());
        byte[] whole = new byte[GrpcFraming.PREFIX_BYTES + bytes];
        GrpcFraming.writePrefix(whole, false, bytes);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(whole, GrpcFraming.PREFIX_BYTES, bytes);
            begin(Tags.RESPONSE_RESULT, result, out);
            rows.write(out);
            spec.write(out);
        } catch (IOException outOfSpace) {
            throw new UncheckedIOException(outOfSpace); // a defect of ours: the sizes were computed
        }
        return List.of(ByteBuffer.wrap(whole));
    }
}
