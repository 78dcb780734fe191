package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.Shape;
import java.util.function.Function;

/**
 * How many of what the outputs of a detector have, each {@link Shape#VARIABLE} where a signature leaves it open.
 *
 * @param rows pictures; 1 where the outputs have no axis for them
 * @param boxes of each
 * @param classes that each box has a score for; unknown where it has but one of them
 * @thread immutable
 * @shape boxes are {@code boxes x 4}, with an axis for rows before it or none, and the scores behind the 4 or in an
 *     output of {@code boxes x scores}; with {@code boxesLast} the two axes change places. One score for each box needs
 *     no axis
 */
public record BoxShape(long rows, long boxes, long classes) {

    /** The numbers that a box consists of. */
    static final int CORNERS = 4;

    /** Of an output of boxes that has an axis for rows. */
    public static final int RANK_WITH_ROWS = 3;

    private static final int LEAST_RANK = 2;

    /** A score and a class. */
    private static final int CHOSEN = 2;

    /**
     * That of outputs, whether they are declared or are there.
     *
     * @param shapes by name
     * @throws IllegalArgumentException with what does not fit
     */
    public static BoxShape of(BoxesOutput how, Function<String, Shape> shapes) {
        Shape shape = shapes.apply(how.places().boxes());
        require(
                shape.rank() == LEAST_RANK || shape.rank() == RANK_WITH_ROWS,
                "boxes are of shape [boxes,numbers] or [rows,boxes,numbers]",
                how.places().boxes(),
                shape);
        boolean last = how.places().boxesLast();
        int axis = shape.rank() - (last ? 1 : 2);
        long numbers = shape.dimension(shape.rank() - (last ? 2 : 1));
        long rows = shape.rank() == LEAST_RANK ? 1 : shape.dimension(0);
        BoxShape found = new BoxShape(rows, shape.dimension(axis), Shape.VARIABLE);
        boolean together = how.places().scores().isEmpty();
        BoxShape all = together ? found.together(how, numbers, shape) : found.apart(how, numbers, shapes);
        require(
                how.scores().background() < all.classes || all.classes == Shape.VARIABLE,
                "class " + how.scores().background() + " cannot be the background of " + all.classes + " classes",
                how.places().boxes(),
                shape);
        return all.counted(how, shapes);
    }

    private BoxShape together(BoxesOutput how, long numbers, Shape shape) {
        int before = CORNERS + (how.scores().form() == Form.OBJECTNESS ? 1 : 0);
        boolean chosen = how.scores().form() == Form.CHOSEN;
        boolean fits = chosen ? numbers == CORNERS + CHOSEN : numbers > before;
        require(
                fits || numbers == Shape.VARIABLE,
                "a box has " + numbers + " numbers, and " + (chosen ? CORNERS + CHOSEN : "more than " + before)
                        + " are expected",
                how.places().boxes(),
                shape);
        return chosen || numbers == Shape.VARIABLE ? this : new BoxShape(rows, boxes, numbers - before);
    }

    private BoxShape apart(BoxesOutput how, long numbers, Function<String, Shape> shapes) {
        Shape shape = shapes.apply(how.places().boxes());
        require(
                agree(numbers, CORNERS),
                "a box has " + numbers + " numbers, and 4 are expected where its scores stand apart",
                how.places().boxes(),
                shape);
        Shape scores = shapes.apply(how.places().scores());
        if (how.scores().form() == Form.CHOSEN) {
            requireOneForEach(how.places().scores(), scores, shape.rank());
            requireOneForEach(how.places().classes(), shapes.apply(how.places().classes()), shape.rank());
            return this;
        }
        if (scores.rank() < shape.rank() && how.scores().form() == Form.PER_CLASS) {
            requireOneForEach(how.places().scores(), scores, shape.rank());
            return new BoxShape(rows, boxes, 1);
        }
        boolean last = how.places().boxesLast();
        int before = how.scores().form() == Form.OBJECTNESS ? 1 : 0;
        require(
                scores.rank() == shape.rank() && agreeBefore(scores, last ? scores.rank() - 1 : scores.rank() - 2),
                "expected scores of " + this + ", in the order of their boxes",
                how.places().scores(),
                scores);
        long columns = scores.dimension(scores.rank() - (last ? 2 : 1));
        require(
                columns > before || columns == Shape.VARIABLE,
                "has no scores",
                how.places().scores(),
                scores);
        return columns == Shape.VARIABLE ? this : new BoxShape(rows, boxes, columns - before);
    }

    private boolean agreeBefore(Shape scores, int axis) {
        return agree(scores.dimension(axis), boxes)
                && (scores.rank() == LEAST_RANK || agree(scores.dimension(0), rows));
    }

    private void requireOneForEach(String name, Shape shape, int rank) {
        require(
                shape.rank() == rank - 1
                        && agree(shape.dimension(rank - LEAST_RANK), boxes)
                        && (rank == LEAST_RANK || agree(shape.dimension(0), rows)),
                "expected one number for each of " + this,
                name,
                shape);
    }

    private BoxShape counted(BoxesOutput how, Function<String, Shape> shapes) {
        if (!how.places().count().isEmpty()) {
            Shape shape = shapes.apply(how.places().count());
            require(
                    !shape.isFixed() || agree(shape.elementCount(), rows),
                    "expected the number of boxes of each row of " + this,
                    how.places().count(),
                    shape);
        }
        return this;
    }

    private static boolean agree(long one, long other) {
        return one == other || one == Shape.VARIABLE || other == Shape.VARIABLE;
    }

    private static void require(boolean fits, String problem, String name, Shape shape) {
        if (!fits) {
            throw new IllegalArgumentException(name + " " + shape + ": " + problem);
        }
    }

    /** As errors say it. */
    @Override
    public String toString() {
        return rows + " x " + boxes + " boxes";
    }
}
