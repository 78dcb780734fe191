package dev.sluice.loadtest.scenario;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of some measurements, and how far they lie apart. */
record Spread(double median, double least, double most) {

    /** @throws IndexOutOfBoundsException if there are none */
    static <T> Spread of(List<T> measurements, ToDoubleFunction<T> value) {
        double[] sorted = measurements.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
