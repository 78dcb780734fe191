package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The boxes that a detector has found in one picture, the most probable first.
 *
 * <p>Boxes that are probable enough are sorted, and taken one after the other but for those that one taken before
 * overlaps: greedy non-maximum suppression. What has a score or a corner that is no finite number, or no inside, is no
 * box. The same tensors always give the same boxes: of equally probable ones the first is the better one.
 *
 * @thread immutable
 * @bound {@code most} boxes, of {@value Candidates#MOST} candidates, each of which is compared with those that are
 *     taken; while a row is read, four bytes for each number of its outputs, and four for each box
 * @units the model's own
 */
public final class Detections {

    /** Candidates after which somebody who has gone is noticed. */
    private static final int ASKED_EVERY = 1000;

    private final float[] corners;
    private final float[] scores;
    private final int[] classes;
    private int size;

    private Detections(int most) {
        this.corners = new float[most * BoxShape.CORNERS];
        this.scores = new float[most];
        this.classes = new int[most];
    }

    /** Whether numbers of that type are read. */
    public static boolean isRead(DataType type) {
        return Numbers.reads(type);
    }

    /** Whether that is a number, and as much. */
    public static boolean isEnough(float score, float least) {
        return score >= least && score <= Float.MAX_VALUE;
    }

    /**
     * What is held while a row is read: its numbers as floats, and a score for each of its boxes.
     *
     * @param shape of these outputs
     * @param outputs that are read
     */
    public static long readBytes(BoxShape shape, Collection<Tensor> outputs) {
        long elements = 0;
        for (Tensor output : outputs) {
            elements += output.shape().elementCount();
        }
        return (elements / Math.max(1, shape.rows()) + shape.boxes()) * Float.BYTES;
    }

    /**
     * Those of each row, where nobody gives up.
     *
     * @throws IllegalArgumentException when they are not of such a shape or type
     */
    public static List<Detections> of(Function<String, Tensor> outputs, BoxesOutput how) {
        return of(outputs, how, () -> false);
    }

    /**
     * Those of each row.
     *
     * @param outputs by name
     * @param givenUp whether nobody waits for them any more
     * @throws InferenceException Cancelled, when that is so
     * @throws IllegalArgumentException when they are not of such a shape or type
     */
    public static List<Detections> of(Function<String, Tensor> outputs, BoxesOutput how, BooleanSupplier givenUp) {
        BoxShape shape = BoxShape.of(how, name -> outputs.apply(name).shape());
        List<Detections> rows = new ArrayList<>();
        for (int row = 0; row < shape.rows(); row++) {
            requireWanted(givenUp);
            rows.add(of(DetectorRow.of(outputs, how, shape, row), how.kept(), givenUp));
        }
        return rows;
    }

    private static void requireWanted(BooleanSupplier givenUp) {
        if (givenUp.getAsBoolean()) {
            throw new InferenceException(new InferenceError.Cancelled());
        }
    }

    private static Detections of(DetectorRow row, Kept kept, BooleanSupplier givenUp) {
        Candidates candidates = row.candidates((float) kept.score());
        int count = candidates.ranked();
        Detections found = new Detections(Math.min(count, kept.most()));
        for (int rank = 0; rank < count && found.size < kept.most(); rank++) {
            if (rank % ASKED_EVERY == ASKED_EVERY - 1) {
                requireWanted(givenUp);
            }
            int box = candidates.box(rank);
            int itsClass = row.scores().classOf(box);
            if (itsClass != BoxScores.NONE && row.corners().moveTo(box)) {
                found.take(row.corners(), candidates.score(rank), itsClass, kept);
            }
        }
        return found;
    }

    private void take(Corners box, float score, int itsClass, Kept kept) {
        if (kept.suppression() != Suppression.NONE) {
            boolean apart = kept.suppression() == Suppression.PER_CLASS;
            for (int i = 0; i < size; i++) {
                if ((!apart || classes[i] == itsClass) && overlaps(i, box, kept.overlap())) {
                    return;
                }
            }
        }
        int at = size * BoxShape.CORNERS;
        corners[at] = box.left();
        corners[at + 1] = box.top();
        corners[at + 2] = box.right();
        corners[at + 3] = box.bottom();
        scores[size] = score;
        classes[size++] = itsClass;
    }

    /**
     * Whether more than that part of both together is in both; in doubles, which the area of no box is too large for.
     */
    private boolean overlaps(int i, Corners box, double most) {
        double width = Math.min(right(i), box.right()) - (double) Math.max(left(i), box.left());
        double height = Math.min(bottom(i), box.bottom()) - (double) Math.max(top(i), box.top());
        if (width <= 0 || height <= 0) {
            return false;
        }
        double both = width * height;
        return both > most * (area(left(i), top(i), right(i), bottom(i)) + box.area() - both);
    }

    static double area(float left, float top, float right, float bottom) {
        return ((double) right - left) * ((double) bottom - top);
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    public float left(int i) {
        return corners[i * BoxShape.CORNERS];
    }

    public float top(int i) {
        return corners[i * BoxShape.CORNERS + 1];
    }

    public float right(int i) {
        return corners[i * BoxShape.CORNERS + 2];
    }

    public float bottom(int i) {
        return corners[i * BoxShape.CORNERS + 3];
    }

    public float score(int i) {
        return scores[i];
    }

    /** The number of its class, from 0 on. */
    public int classOf(int i) {
        return classes[i];
    }
}
