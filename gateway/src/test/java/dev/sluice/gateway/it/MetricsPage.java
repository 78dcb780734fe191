package dev.sluice.gateway.it;

import java.util.Arrays;
import java.util.stream.Stream;

/** A page in the Prometheus text format. */
record MetricsPage(String text) {

    /** Every sample, as in {@code name{label="value"} 1.0}. */
    Stream<String> samples() {
        return text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#"));
    }

    /** The sum of the samples of that name whose labels contain all these, as in {@code outcome="success"}. */
    double value(String name, String... labels) {
        return samples()
                .filter(sample -> sample.startsWith(name + "{") || sample.startsWith(name + " "))
                .filter(sample -> Arrays.stream(labels).allMatch(sample::contains))
                .mapToDouble(sample -> Double.parseDouble(sample.substring(sample.lastIndexOf(' ') + 1)))
                .sum();
    }

    boolean has(String name) {
        return samples().anyMatch(sample -> sample.startsWith(name + "{") || sample.startsWith(name + " "));
    }
}
