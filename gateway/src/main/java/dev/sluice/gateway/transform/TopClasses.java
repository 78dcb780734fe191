package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
        boolean[] taken = new boolean[scores.length];
        List<Scored> best = new ArrayList<>();
        while (best.size() < how.top()) {
            int next = highest(scores, taken);
            if (next < 0 || scores[next] < how.threshold()) {
                break;
            }
            taken[next] = true;
            String label = next < labels.size() ? labels.get(next) : Integer.toString(next);
            best.add(new Scored(label, scores[next]));
        }
        return new TopClasses(List.copyOf(best));
    }

    private static int highest(double[] scores, boolean[] taken) {
        int best = -1;
        for (int i = 0; i < scores.length; i++) {
            if (!taken[i] && !Double.isNaN(scores[i]) && (best < 0 || scores[i] > scores[best])) {
                best = i;
            }
        }
        return best;
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
