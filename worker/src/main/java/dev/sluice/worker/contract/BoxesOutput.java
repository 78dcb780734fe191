package dev.sluice.worker.contract;

import java.util.List;
import java.util.stream.Stream;

/**
 * How outputs become boxes around the things in a picture, each with its class and how sure the model is of it.
 *
 * @param places where boxes and scores stand
 * @param box what the four numbers of a box are
 * @param scores what stands with each box
 * @param kept which boxes an answer lists
 */
public record BoxesOutput(Places places, Box box, Scores scores, Kept kept) implements OutputTransform {

    @Override
    public List<String> outputs() {
        return Stream.of(places.boxes, places.scores, places.classes, places.count)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /**
     * The names of outputs.
     *
     * @param boxes that of the boxes
     * @param scores empty where they stand behind the four numbers of each box
     * @param classes where each box has but one score: that of its class, where it stands apart as well; empty
     *     otherwise
     * @param count how many of a row's boxes are any, the first ones; empty where all are
     * @param boxesLast whether each number of all boxes stands together, and not all numbers of each box
     */
    public record Places(String boxes, String scores, String classes, String count, boolean boxesLast) {}

    /** What the four numbers of a box are. */
    public record Box(Corners corners, Units units) {}

    /** What they mean, in their order. */
    public enum Corners {
        /** Left, top, right, bottom. */
        XYXY,
        /** Top, left, bottom, right. */
        YXYX,
        /** Left, top, width, height. */
        XYWH,
        /** The middle, width, height. */
        CXCYWH
    }

    /** What they count. */
    public enum Units {
        /** Pixels of the picture that the model is given. */
        PIXELS,
        /** Parts of its width and height, 0 to 1. */
        FRACTIONS
    }

    /**
     * What stands with each box.
     *
     * @param activation what makes a probability of a score
     * @param background the class that means that there is nothing; -1 where there is none
     */
    public record Scores(Form form, Activation activation, int background) {}

    /** How many scores there are. */
    public enum Form {
        /** One for each class. */
        PER_CLASS,
        /** One before them, that there is anything, by which each of them is multiplied. */
        OBJECTNESS,
        /** One, and the number of its class: the model has chosen already. */
        CHOSEN
    }

    /** What makes a probability of a score. */
    public enum Activation {
        /** It is one. */
        NONE,
        /** The logistic function. */
        SIGMOID,
        /** The part that its exponential has of those of all classes. */
        SOFTMAX
    }

    /**
     * Which boxes an answer lists.
     *
     * @param score of those that are less probable nobody speaks
     * @param overlap of two boxes of one thing: the part of both together that is in both
     * @param most boxes of a row, the most probable ones
     */
    public record Kept(double score, double overlap, Suppression suppression, int most) {}

    /** Among which boxes one that a more probable one overlaps is left out. */
    public enum Suppression {
        /** None is. */
        NONE,
        /** Those of its class. */
        PER_CLASS,
        /** All. */
        ACROSS_CLASSES
    }
}
