package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.LabelsOutput;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The most likely classes of one row, the likeliest first; of equals the first, and NaN never.
 *
 * @param classes none where nothing is as likely as the threshold
 */
public record TopClasses(List<Scored> classes) {

    /**
     * One class.
     *
     * @param label its name; its number where it has none
     * @param probability from 0 to 1, if the model keeps to that
     */
    public record Scored(String label, double probability) {}

    /**
     * Those of an output of FP32, FP16 or FP64.
     *
     * @param labels of the classes, in their order
     */
    public static TopClasses of(Tensor output, ClassOutput how, List<String> labels) {
        double[] scores = Floats.of(output);
        if (how.softmax()) {
            softmax(scores);
        }
        return of(scores, how.top(), how.threshold(), labels);
    }

    /** The same where each element is a probability of its own, by the logistic function. */
    public static TopClasses of(Tensor output, LabelsOutput how, List<String> labels) {
        double[] scores = Floats.of(output);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 1 / (1 + Math.exp(-scores[i]));
        }
        return of(scores, how.top(), how.threshold(), labels);
    }

    private static TopClasses of(double[] scores, int top, double threshold, List<String> labels) {
        PriorityQueue<Integer> best = new PriorityQueue<>(
                Comparator.comparingDouble((Integer i) -> scores[i]).thenComparing(Comparator.reverseOrder()));
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] >= threshold && (best.size() < top || scores[i] > scores[best.element()])) {
                best.add(i);
            }
            if (best.size() > top) {
                best.remove();
            }
        }
        List<Scored> worstFirst = new ArrayList<>(best.size());
        while (!best.isEmpty()) {
            int next = best.remove();
            worstFirst.add(new Scored(next < labels.size() ? labels.get(next) : Integer.toString(next), scores[next]));
        }
        return new TopClasses(List.copyOf(worstFirst.reversed()));
    }

    /** From the highest on, so that nothing overflows. */
    private static void softmax(double[] scores) {
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - most);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }
}
