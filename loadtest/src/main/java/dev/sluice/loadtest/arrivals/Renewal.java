package dev.sluice.loadtest.arrivals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Gaps drawn from a gamma distribution of mean 1, run through the rate of an envelope.
 *
 * <p>The gaps count in expected arrivals instead of seconds, and each phase turns them into time at its own rate. So the
 * envelope holds exactly and the gaps keep their variation in each phase; merely stretching each gap by the rate at its
 * beginning would carry a quiet phase's long gap into a burst.
 *
 * @param variation the gaps' coefficient of variation; 1 is a Poisson process, more comes in clusters
 */
record Renewal(double variation, Envelope envelope) implements Arrivals {

    @Override
    public long[] planned(double perSecond, long lengthNanos, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Phase> phases = envelope.phases(lengthNanos / 1e9, random.split());
        LongStream.Builder moments = LongStream.builder();
        double next = gap(random);
        double expected = 0;
        double start = 0;
        for (Phase phase : phases) {
            double rate = perSecond * phase.factor();
            double expectedAtEnd = expected + rate * phase.seconds();
            for (; next < expectedAtEnd; next += gap(random)) {
                moments.add((long) ((start + (next - expected) / rate) * 1e9));
            }
            expected = expectedAtEnd;
            start += phase.seconds();
        }
        return moments.build().filter(moment -> moment < lengthNanos).toArray();
    }

    private double gap(RandomGenerator random) {
        if (variation == 1) {
            return random.nextExponential();
        }
        double shape = 1 / (variation * variation);
        return gamma(shape, random) / shape;
    }

    /** Marsaglia and Tsang's sampler for a shape above 1, brought down to the one asked for by u^(1/shape). */
    private static double gamma(double shape, RandomGenerator random) {
        double d = shape + 1 - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double normal = random.nextGaussian();
            double v = Math.pow(1 + c * normal, 3);
            double u = 1 - random.nextDouble();
            if (v > 0 && Math.log(u) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) {
                return d * v * Math.pow(1 - random.nextDouble(), 1 / shape);
            }
        }
    }
}
