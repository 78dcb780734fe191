package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Scores;

/**
 * Boxes that have one score each, and the number of the class that the model has chosen.
 *
 * @thread confined to its caller
 */
final class ChosenScores implements BoxScores {

    private static final float MOST_CLASSES = 1 << 24;

    private final NumberTable scores;
    private final int scoreColumn;
    private final NumberTable classes;
    private final int classColumn;
    private final int boxes;
    private final Scores how;

    /** Both in one table, where they stand in those columns, or each in one of its own. */
    ChosenScores(NumberTable scores, NumberTable classes, int boxes, Scores how) {
        this.scores = scores;
        this.classes = classes;
        this.boxes = boxes;
        this.how = how;
        this.scoreColumn = scores.columns() > 1 ? BoxShape.CORNERS : 0;
        this.classColumn = classes.columns() > 1 ? BoxShape.CORNERS + 1 : 0;
    }

    @Override
    public float[] scores() {
        float[] all = new float[boxes];
        for (int box = 0; box < boxes; box++) {
            float score = scores.at(box, scoreColumn);
            all[box] = how.activation() == Activation.NONE ? score : BoxScores.sigmoid(score);
        }
        return all;
    }

    /** Detectors fill the places of boxes that they have not found with class -1. */
    @Override
    public int classOf(int box) {
        float number = classes.at(box, classColumn);
        boolean any = number >= 0 && number < MOST_CLASSES && number != how.background();
        return any ? (int) number : NONE;
    }
}
