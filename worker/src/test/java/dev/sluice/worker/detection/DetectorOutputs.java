package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Box;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What a detector gives, and how that is declared. */
final class DetectorOutputs {

    static final Kept ALL = new Kept(0.25, 0.5, Suppression.PER_CLASS, 1000);
    static final Scores CLASSES = new Scores(Form.PER_CLASS, Activation.NONE, -1);
    static final Places TOGETHER = new Places("boxes", "", "", "", false);
    static final Places LAST = new Places("boxes", "", "", "", true);
    static final Places APART = new Places("boxes", "scores", "", "", false);

    private DetectorOutputs() {}

    static BoxesOutput how(Places places, Scores scores, Kept kept) {
        return new BoxesOutput(places, new Box(Corners.XYXY, Units.PIXELS), scores, kept);
    }

    static Scores scores(Form form) {
        return new Scores(form, Activation.NONE, -1);
    }

    static Tensor tensor(String name, DataType type, Shape shape, float... numbers) {
        ByteBuffer data =
                ByteBuffer.allocateDirect(numbers.length * type.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            switch (type) {
                case FP32 -> data.putFloat(number);
                case FP16 -> data.putShort(Float.floatToFloat16(number));
                case FP64 -> data.putDouble(number);
                case INT64 -> data.putLong((long) number);
                case INT32 -> data.putInt((int) number);
                case UINT8 -> data.put((byte) number);
                default -> data.put(new byte[type.elementBytes()]);
            }
        }
        return new Tensor(name, type, shape, data.flip());
    }

    /** One row of lines, a box each. */
    static Tensor lines(String name, DataType type, float[]... lines) {
        float[] all = new float[lines.length * (lines.length == 0 ? 0 : lines[0].length)];
        for (int line = 0; line < lines.length; line++) {
            System.arraycopy(lines[line], 0, all, line * lines[line].length, lines[line].length);
        }
        return tensor(name, type, new Shape(1, lines.length, lines.length == 0 ? 6 : lines[0].length), all);
    }

    /** The same in lines of a number each. */
    static Tensor turned(String name, DataType type, float[]... lines) {
        int columns = lines[0].length;
        float[] all = new float[lines.length * columns];
        for (int line = 0; line < lines.length; line++) {
            for (int column = 0; column < columns; column++) {
                all[column * lines.length + line] = lines[line][column];
            }
        }
        return tensor(name, type, new Shape(1, columns, lines.length), all);
    }

    static float[] columns(float[] line, int from, int to) {
        return Arrays.copyOfRange(line, from, to);
    }

    static Function<String, Tensor> named(Tensor... tensors) {
        Map<String, Tensor> all = new HashMap<>();
        for (Tensor tensor : tensors) {
            all.put(tensor.name(), tensor);
        }
        return name -> Objects.requireNonNull(all.get(name), name);
    }

    /** Those of the one row. */
    static List<Found> found(BoxesOutput how, Tensor... tensors) {
        List<Detections> rows = Detections.of(named(tensors), how);
        if (rows.size() != 1) {
            throw new AssertionError(rows.size() + " rows");
        }
        return Found.of(rows.getFirst());
    }
}
