package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.BoxShape;
import dev.sluice.worker.detection.Detections;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * From the outputs of a detector to tensors of boxes, for one request: those that the gateway would list of each picture.
 *
 * @thread confined to the thread that computes it
 * @bound what {@link Room} gives, for the boxes and, while it reads, for one picture's numbers; candidates as {@link Detections} has it
 * @errors InvalidRequest where the outputs have another shape than was declared, and what {@link Room} says
 */
final class BoxDecoding {

    /** Corners and a score, each of four bytes, and a class of eight. */
    private static final int BOX_BYTES = Float.BYTES * (Crop.CORNERS + 1) + Long.BYTES;

    private final BoxesOutput how;
    private final Map<String, Tensor> outputs = new HashMap<>();

    /** @param outputs of the detector */
    BoxDecoding(DeclaredBoxes task, List<Tensor> outputs) {
        this.how = task.how();
        outputs.forEach(output -> this.outputs.put(output.name(), output));
    }

    /** @param wanted names of what somebody takes */
    List<Tensor> run(List<String> wanted, Room room) {
        List<Detections> pictures = found(room);
        int most = pictures.stream().mapToInt(Detections::size).max().orElse(0);
        return wanted.stream().map(name -> made(name, pictures, most)).toList();
    }

    private Tensor output(String name) {
        return Objects.requireNonNull(outputs.get(name), name);
    }

    /** The boxes twice, as they are found and in tensors, stay until the request is over; what is read for them does not. */
    private List<Detections> found(Room room) {
        BoxShape shape = asDeclared(() -> BoxShape.of(how, name -> output(name).shape()));
        long most = Math.min(shape.boxes(), how.kept().most());
        long read = Detections.readBytes(shape, outputs.values());
        room.take(shape.rows() * (2 * most * BOX_BYTES + Long.BYTES));
        room.take(read);
        try {
            return asDeclared(() -> Detections.of(this::output, how, room::isOver));
        } finally {
            room.give(read);
        }
    }

    /** What does not fit the declaration is told to who asks; what goes wrong elsewhere is a defect. */
    private static <T> T asDeclared(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException misfit) {
            throw InferenceException.invalid("", String.valueOf(misfit.getMessage()));
        }
    }

    private Tensor made(String name, List<Detections> pictures, int most) {
        long all = pictures.size();
        boolean hasRows = DeclaredBoxes.hasRows(output(how.places().boxes()).shape());
        Shape each = hasRows ? new Shape(all, most) : new Shape(most);
        return switch (name) {
            case Crop.BOXES -> {
                Shape shape = hasRows ? new Shape(all, most, Crop.CORNERS) : new Shape(most, Crop.CORNERS);
                yield filled(name, DataType.FP32, shape, pictures);
            }
            case Crop.SCORE -> filled(name, DataType.FP32, each, pictures);
            case Crop.COUNT -> filled(name, DataType.INT64, new Shape(all), pictures);
            default -> filled(name, DataType.INT64, each, pictures);
        };
    }

    /** What stands behind a picture's last box says nothing. */
    private static Tensor filled(String name, DataType type, Shape shape, List<Detections> pictures) {
        int bytes = Math.toIntExact(shape.elementCount() * type.elementBytes());
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int each = pictures.isEmpty() ? 0 : bytes / pictures.size();
        for (int picture = 0; picture < pictures.size(); picture++) {
            fill(name, pictures.get(picture), data.position(picture * each));
        }
        return new Tensor(name, type, shape, data.clear());
    }

    private static void fill(String name, Detections found, ByteBuffer data) {
        if (name.equals(Crop.COUNT)) {
            data.putLong(found.size());
            return;
        }
        for (int i = 0; i < found.size(); i++) {
            switch (name) {
                case Crop.BOXES ->
                    data.putFloat(found.left(i))
                            .putFloat(found.top(i))
                            .putFloat(found.right(i))
                            .putFloat(found.bottom(i));
                case Crop.SCORE -> data.putFloat(found.score(i));
                default -> data.putLong(found.classOf(i));
            }
        }
    }
}
