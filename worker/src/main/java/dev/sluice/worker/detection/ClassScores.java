package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import java.util.Arrays;

/**
 * Boxes with a score for each class, of which the highest is theirs, the first of equal ones.
 *
 * <p>The highest score of each box is found first, for all boxes in the order in which they lie in memory; which
 * class it belongs to is asked afterwards, of the few that are probable enough.
 *
 * @thread confined to its caller
 */
final class ClassScores implements BoxScores {

    private final NumberTable table;
    private final Scores how;
    private final int boxes;
    private final int first;
    private final int background;

    /** @param column the first that is a score */
    ClassScores(NumberTable table, int boxes, int column, Scores how) {
        this.table = table;
        this.how = how;
        this.boxes = boxes;
        this.first = column + (how.form() == Form.OBJECTNESS ? 1 : 0);
        this.background = how.background() == NONE ? table.columns() : first + how.background();
    }

    @Override
    public float[] scores() {
        float[] scores = new float[boxes];
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        table.raise(scores, first, background);
        table.raise(scores, background + 1, table.columns());
        for (int box = 0; box < boxes; box++) {
            scores[box] = probability(box, scores[box]);
        }
        return scores;
    }

    private float probability(int box, float highest) {
        float ofClass =
                switch (how.activation()) {
                    case NONE -> highest;
                    case SIGMOID -> BoxScores.sigmoid(highest);
                    case SOFTMAX -> softmax(box, highest);
                };
        if (how.form() != Form.OBJECTNESS) {
            return ofClass;
        }
        float anything = table.at(box, first - 1);
        return ofClass * (how.activation() == Activation.NONE ? anything : BoxScores.sigmoid(anything));
    }

    private float softmax(int box, float highest) {
        float most = background < table.columns() ? Math.max(highest, table.at(box, background)) : highest;
        if (!Float.isFinite(most)) {
            return Float.NaN;
        }
        double sum = 0;
        for (int column = first; column < table.columns(); column++) {
            sum += Math.exp(table.at(box, column) - most);
        }
        return (float) (Math.exp(highest - most) / sum);
    }

    @Override
    public int classOf(int box) {
        int likeliest = NONE;
        float highest = Float.NEGATIVE_INFINITY;
        for (int column = first; column < table.columns(); column++) {
            float score = table.at(box, column);
            if (column != background && score > highest) {
                highest = score;
                likeliest = column - first;
            }
        }
        return likeliest;
    }
}
