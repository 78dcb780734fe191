package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.pipeline.PipelinePlan.Feed;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One crop of one request: finds the boxes that count, and makes a piece of each.
 *
 * @thread confined to the thread that computes it
 * @bound what {@link Room} gives; the pieces lie on the heap
 * @errors InvalidRequest for boxes that do not belong to the pictures, and what {@link Room} says
 */
final class Cropping {

    /** What has no number for each box. */
    private static final Set<String> NOT_ALONG = Set.of(Crop.IMAGE, Crop.SEEN, Crop.BOXES, Crop.COUNT);

    private final Crop crop;
    private final List<Tensor> inputs;
    private final @Nullable Rows rows;
    private final Pictures pictures;
    private final FoundBoxes found;

    /**
     * @param signature of the crop
     * @param inputs of the rows that are there; of {@code seen} nothing is read but its size
     * @param rows which these are
     */
    Cropping(Crop crop, Signature signature, List<Tensor> inputs, @Nullable Rows rows) {
        this.crop = crop;
        this.inputs = inputs;
        this.rows = rows;
        Layout layout = CropCheck.layout(crop, signature.inputs().get(signature.indexOfInput(Crop.IMAGE)));
        this.pictures = Pictures.of(Objects.requireNonNull(input(Crop.IMAGE)), layout);
        this.found = new FoundBoxes(crop, pictures, seen(signature));
    }

    /**
     * What it gives where it was not given all that it takes, as of a detector that has not run: pieces are like its
     * picture, if that is there, and there is none of them.
     *
     * @param values by slot
     */
    static Tensor none(Crop crop, Step step, TensorSpec output, @Nullable Value[] values) {
        for (Feed feed : step.feeds()) {
            Value picture = values[feed.slot()];
            boolean isIt =
                    feed.spec().name().equals(Crop.IMAGE) && output.name().equals(Crop.IMAGE);
            if (isIt
                    && picture != null
                    && feed.spec().shape().accepts(picture.tensor().shape())) {
                Pictures pictures = Pictures.of(picture.tensor(), CropCheck.layout(crop, feed.spec()));
                Shape shape = pictures.pieces(0, crop.width(), crop.height());
                return RowCopy.none(new TensorSpec(output.name(), output.dataType(), shape));
            }
        }
        return RowCopy.none(output);
    }

    private @Nullable Pictures seen(Signature signature) {
        Tensor seen = input(Crop.SEEN);
        return seen == null
                ? null
                : Pictures.of(
                        seen, CropCheck.seenLayout(crop, signature.inputs().get(signature.indexOfInput(Crop.SEEN))));
    }

    private @Nullable Tensor input(String name) {
        return inputs.stream()
                .filter(input -> input.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** @param wanted names of what somebody takes */
    List<Tensor> run(List<String> wanted, Room room) {
        find();
        List<Shape> shapes = wanted.stream().map(this::shape).toList();
        long bytes = 0;
        for (int i = 0; i < shapes.size(); i++) {
            bytes += bytes(shapes.get(i), type(wanted.get(i)));
        }
        room.take(bytes);
        List<Tensor> outputs = new ArrayList<>(wanted.size());
        for (int i = 0; i < shapes.size(); i++) {
            outputs.add(made(wanted.get(i), shapes.get(i), room));
        }
        return outputs;
    }

    private void find() {
        Tensor boxes = Objects.requireNonNull(input(Crop.BOXES));
        Tensor counts = input(Crop.COUNT);
        Tensor scores = input(Crop.SCORE);
        int count = pictures.count();
        Shape shape = boxes.shape();
        if (shape.dimension(0) == 0) {
            return; // nor need whoever gives none say how many there would be, or of how many numbers
        }
        if (shape.dimension(shape.rank() - 1) != Crop.CORNERS) {
            throw unfit("boxes " + shape + " have not four numbers each");
        }
        if (shape.rank() == 2 && count != 1) {
            throw unfit("boxes " + shape + " are of one picture, and there are " + count);
        }
        if (counts != null && counts.shape().elementCount() != count) {
            throw unfit(counts + " is not one number for each picture");
        }
        for (Tensor along : inputs) {
            boolean isAlong = !NOT_ALONG.contains(along.name());
            for (int axis = 0; isAlong && axis < shape.rank() - 1; axis++) {
                if (along.shape().dimension(axis) != shape.dimension(axis)) {
                    throw unfit(along + " is not of as many boxes as " + boxes);
                }
            }
        }
        found.take(boxes, count, counts, crop.asksScore() ? scores : null);
    }

    private static InferenceException unfit(String why) {
        return InferenceException.invalid("", why);
    }

    private DataType type(String output) {
        return switch (output) {
            case Crop.BOXES -> DataType.FP32;
            case Crop.INDEX -> DataType.INT64;
            default -> Objects.requireNonNull(input(output), output).dataType();
        };
    }

    private Shape shape(String output) {
        return switch (output) {
            case Crop.IMAGE -> pictures.pieces(found.count(), crop.width(), crop.height());
            case Crop.BOXES -> new Shape(found.count(), Crop.CORNERS);
            case Crop.INDEX -> new Shape(found.count());
            default -> {
                Shape along = Objects.requireNonNull(input(output), output).shape();
                int boxAxes = Objects.requireNonNull(input(Crop.BOXES)).shape().rank() - 1;
                Shape shape = new Shape(new long[along.rank() - boxAxes + 1]).withRows(found.count());
                for (int axis = 1; axis < shape.rank(); axis++) {
                    shape = shape.with(axis, along.dimension(axis + boxAxes - 1));
                }
                yield shape;
            }
        };
    }

    private static long bytes(Shape shape, DataType type) {
        long bytes = Math.multiplyExact(shape.elementCount(), type.elementBytes());
        if (bytes > Integer.MAX_VALUE) {
            throw unfit("its pieces take " + bytes + " bytes, more than a tensor has");
        }
        return bytes;
    }

    private Tensor made(String output, Shape shape, Room room) {
        DataType type = type(output);
        ByteBuffer data = ByteBuffer.allocate((int) bytes(shape, type)).order(ByteOrder.LITTLE_ENDIAN);
        Tensor made = new Tensor(output, type, shape, data);
        switch (output) {
            case Crop.IMAGE -> cut(Pictures.of(made, pictures.layout()), room);
            case Crop.BOXES -> {
                for (int i = 0; i < found.count(); i++) {
                    data.putFloat(found.left(i)).putFloat(found.top(i));
                    data.putFloat(found.right(i)).putFloat(found.bottom(i));
                }
            }
            case Crop.INDEX -> {
                for (int i = 0; i < found.count(); i++) {
                    data.putLong(picture(i, true));
                }
            }
            default -> {
                Tensor along = Objects.requireNonNull(input(output), output);
                int each = data.capacity() / Math.max(1, found.count());
                for (int i = 0; i < found.count(); i++) {
                    data.put(along.data().slice(along.data().position() + found.place(i) * each, each));
                }
            }
        }
        data.clear();
        return made;
    }

    /** @param asSent by its place among what the client sent, where some of that is not here */
    private int picture(int box, boolean asSent) {
        Shape boxes = Objects.requireNonNull(input(Crop.BOXES)).shape();
        int place = boxes.rank() == 2 ? 0 : found.place(box) / Math.toIntExact(boxes.dimension(1));
        return asSent && rows != null ? rows.which()[place] : place;
    }

    private void cut(Pictures pieces, Room room) {
        float[] narrowed = narrowed(room);
        for (int i = 0; i < found.count(); i++) {
            if (room.isOver()) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            BoxTaps across = BoxTaps.of(pictures.width(), found.left(i), found.right(i), crop.width());
            BoxTaps down = BoxTaps.of(pictures.height(), found.top(i), found.bottom(i), crop.height());
            for (int channel = 0; channel < pictures.channels(); channel++) {
                narrow(picture(i, false), channel, across, down, narrowed);
                for (int y = 0; y < crop.height(); y++) {
                    for (int x = 0; x < crop.width(); x++) {
                        pieces.write(i, channel, y, x, down.at(y, narrowed, x, crop.width()));
                    }
                }
            }
        }
    }

    /** What the tallest box needs before its lines are put together; beside it there is one line at a time. */
    private float[] narrowed(Room room) {
        int widest = 0;
        int tallest = 0;
        for (int i = 0; i < found.count(); i++) {
            widest = Math.max(widest, BoxTaps.span(pictures.width(), found.left(i), found.right(i), crop.width()));
            tallest = Math.max(tallest, BoxTaps.span(pictures.height(), found.top(i), found.bottom(i), crop.height()));
        }
        long numbers = (long) tallest * crop.width();
        room.take(Float.BYTES * (numbers + widest));
        return new float[Math.toIntExact(numbers)];
    }

    private void narrow(int picture, int channel, BoxTaps across, BoxTaps down, float[] narrowed) {
        float[] line = new float[across.to() - across.from()];
        for (int y = down.from(); y < down.to(); y++) {
            pictures.read(picture, channel, y, across.from(), line);
            for (int x = 0; x < crop.width(); x++) {
                narrowed[(y - down.from()) * crop.width() + x] = across.at(x, line, 0, 1);
            }
        }
    }
}
