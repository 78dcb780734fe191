package dev.sluice.gateway.drift;

import dev.sluice.worker.contract.OutputSample;
import java.util.Arrays;

/**
 * How far what an output looked like lately is from its baseline.
 *
 * <p>The population stability index is {@code sum (p - q) ln(p / q)} over {@link Groups}, of which half an answer more is
 * counted in each, on both sides, or an empty one would make it infinite. The Kolmogorov-Smirnov distance is the largest
 * difference between the parts of both samples that are no larger than a number.
 *
 * <p>Two samples of the same differ as well, and the fewer the more: what chance makes of the index is about {@code k}
 * times {@code 1/n + 1/m} on average, with {@code k + 1} groups, and is distributed like chi-squared. How large that
 * may become is bounded by Laurent and Massart's inequality; and since the index is, as long as it is small, the square
 * of a distance, its root is no larger than that of the true index and that of chance together.
 *
 * @param samples lately
 * @param groups of answers, over which the index is made
 * @param psi the population stability index: of classes, where the output scores any, otherwise of numbers
 * @param ks the Kolmogorov-Smirnov distance: of the highest scores, or of numbers; of those that are finite
 * @param ksByChance what chance alone makes of it, on average
 * @thread immutable
 * @source Laurent and Massart (2000), Annals of Statistics 28, lemma 1; Smirnov (1939)
 */
public record Comparison(
        String output, int samples, int baselineSamples, int groups, double psi, double ks, double ksByChance) {

    private static final double HALF = 0.5;

    /** What is expected of the distance of two samples of the same: the mean of Kolmogorov's distribution. */
    private static final double MEAN_DISTANCE = 0.8687;

    /** @throws IllegalArgumentException where one scores classes and the other does not, or others */
    public static Comparison of(OutputSample lately, OutputSample baseline) {
        if (!areComparable(lately, baseline)) {
            throw new IllegalArgumentException(lately.output() + " has other classes than its baseline");
        }
        float[] now = ascending(lately);
        float[] before = ascending(baseline);
        Groups groups = Groups.of(lately, now, baseline, before);
        return new Comparison(
                lately.output(),
                lately.size(),
                baseline.size(),
                groups.count(),
                index(groups.lately(), groups.baseline()),
                distance(now, before),
                Math.min(1, MEAN_DISTANCE * Math.sqrt(fewness(now.length, before.length))));
    }

    static boolean areComparable(OutputSample lately, OutputSample baseline) {
        return lately.output().equals(baseline.output()) && lately.classes().length == baseline.classes().length;
    }

    private static float[] ascending(OutputSample sample) {
        float[] values = sample.values().clone();
        Arrays.sort(values);
        return values;
    }

    private static double index(int[] lately, int[] baseline) {
        double ofLately = Arrays.stream(lately).sum() + HALF * lately.length;
        double ofBaseline = Arrays.stream(baseline).sum() + HALF * baseline.length;
        double index = 0;
        for (int i = 0; i < lately.length; i++) {
            double p = (lately[i] + HALF) / ofLately;
            double q = (baseline[i] + HALF) / ofBaseline;
            index += (p - q) * Math.log(p / q);
        }
        return index;
    }

    private static double distance(float[] one, float[] other) {
        double largest = 0;
        int i = 0;
        int j = 0;
        while (i < one.length && j < other.length) {
            float number = Math.min(one[i], other[j]);
            while (i < one.length && one[i] <= number) {
                i++;
            }
            while (j < other.length && other[j] <= number) {
                j++;
            }
            largest = Math.max(largest, Math.abs((double) i / one.length - (double) j / other.length));
        }
        return largest;
    }

    /** What chance alone makes of the index, on average. */
    public double psiByChance() {
        return (groups - 1) * fewness();
    }

    /** What is left of the index without what chance makes of it on average. */
    public double psiBeyondChance() {
        return Math.max(0, psi - psiByChance());
    }

    /** Whether it is larger than that, and chance does not explain it but once in {@code e} to the power of {@code evidence}. */
    public boolean isSurelyAbove(double bound, double evidence) {
        int free = groups - 1;
        double chance = fewness() * (free + 2 * Math.sqrt(free * evidence) + 2 * evidence);
        return Math.sqrt(psi) > Math.sqrt(bound) + Math.sqrt(chance);
    }

    private double fewness() {
        return fewness(samples, baselineSamples);
    }

    private static double fewness(int samples, int baselineSamples) {
        return 1.0 / samples + 1.0 / baselineSamples;
    }
}
