package dev.sluice.gateway.front.v2;

import java.util.Random;
import java.util.stream.DoubleStream;

/** What the elements of an output look like. */
public enum OutputNumbers {
    /** Below 1. */
    UNIFORM,
    /** Around 0, as embeddings are. */
    NORMAL,
    /** Rows of ten probabilities of a model that is rather sure: of all sizes, some 30 % with an exponent. */
    SOFTMAX,
    /** Whole numbers below 1,000. */
    WHOLE,
    /** Half of them zero. */
    RELU;

    private static final long SEED = 1000;
    private static final int CLASSES = 10;

    /** How far the logits of a row lie apart. */
    private static final double SPREAD = 5;

    double[] take(int count) {
        Random random = new Random(SEED);
        return switch (this) {
            case UNIFORM -> random.doubles(count).toArray();
            case NORMAL -> DoubleStream.generate(random::nextGaussian).limit(count).toArray();
            case WHOLE -> random.ints(count, 0, 1000).asDoubleStream().toArray();
            case RELU -> DoubleStream.generate(() -> Math.max(0, random.nextGaussian()))
                    .limit(count)
                    .toArray();
            case SOFTMAX -> DoubleStream.generate(() -> 0)
                    .flatMap(row -> softmax(random))
                    .limit(count)
                    .toArray();
        };
    }

    private static DoubleStream softmax(Random random) {
        double[] row = DoubleStream.generate(() -> Math.exp(SPREAD * random.nextGaussian()))
                .limit(CLASSES)
                .toArray();
        double sum = DoubleStream.of(row).sum();
        return DoubleStream.of(row).map(each -> each / sum);
    }
}
