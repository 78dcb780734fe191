package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
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
        double[] scores = scores(output);
        if (how.softmax()) {
            softmax(scores);
        }
        PriorityQueue<Integer> best = new PriorityQueue<>(
                Comparator.comparingDouble((Integer i) -> scores[i]).thenComparing(Comparator.reverseOrder()));
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] >= how.threshold() && (best.size() < how.top() || scores[i] > scores[best.element()])) {
                best.add(i);
            }
            if (best.size() > how.top()) {
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

    private static double[] scores(Tensor output) {
        ByteBuffer data = output.data();
        int size = output.dataType().elementBytes();
        double[] scores = new double[output.byteCount() / size];
        for (int i = 0; i < scores.length; i++) {
            int at = data.position() + i * size;
            scores[i] = output.dataType() == DataType.FP64
                    ? data.getDouble(at)
                    : output.dataType() == DataType.FP16 ? Float.float16ToFloat(data.getShort(at)) : data.getFloat(at);
        }
        return scores;
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
