package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.Tensor;
import java.util.function.Function;

/**
 * What the outputs of a detector say of one row: of each box, where it lies, how probable it is, and of which class.
 *
 * @param boxes how many are any
 * @thread confined to its caller
 */
record DetectorRow(int boxes, Corners corners, BoxScores scores) {

    static DetectorRow of(Function<String, Tensor> outputs, BoxesOutput how, BoxShape shape, int row) {
        Places places = how.places();
        NumberTable boxes = table(outputs.apply(places.boxes()), how, shape, row);
        boolean apart = !places.scores().isEmpty();
        NumberTable scores = apart ? table(outputs.apply(places.scores()), how, shape, row) : boxes;
        NumberTable classes =
                places.classes().isEmpty() ? scores : table(outputs.apply(places.classes()), how, shape, row);
        int all = (int) shape.boxes();
        return new DetectorRow(
                places.count().isEmpty() ? all : counted(outputs.apply(places.count()), shape, row),
                new Corners(boxes::at, how.box().corners()),
                how.scores().form() == Form.CHOSEN
                        ? new ChosenScores(scores, classes, all, how.scores())
                        : new ClassScores(scores, all, apart ? 0 : BoxShape.CORNERS, how.scores()));
    }

    private static NumberTable table(Tensor output, BoxesOutput how, BoxShape shape, int row) {
        return new NumberTable(output, row, shape, how.places().boxesLast());
    }

    private static int counted(Tensor count, BoxShape shape, int row) {
        return Math.clamp((long) NumberTable.numbers(count, row, (int) shape.rows())[0], 0, (int) shape.boxes());
    }

    /** Those that are at least so probable. */
    Candidates candidates(float least) {
        float[] all = scores.scores();
        Candidates candidates = new Candidates();
        for (int box = 0; box < boxes; box++) {
            if (Detections.isEnough(all[box], least) && corners.moveTo(box)) {
                candidates.add(all[box], box);
            }
        }
        return candidates;
    }
}
