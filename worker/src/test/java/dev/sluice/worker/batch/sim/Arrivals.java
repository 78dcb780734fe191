package dev.sluice.worker.batch.sim;

import java.util.Random;

/**
 * When requests come: gaps of a renewal process with mean 1, run through a rate that may change with time.
 *
 * <p>Stretching the gaps by the rate at hand keeps both the envelope and the burstiness. The rate's mean over a period
 * is 1, so that every kind offers the same load in the long run.
 */
enum Arrivals {
    POISSON("Poisson", 1),
    GAMMA_2("gamma CV 2", 2),
    GAMMA_4("gamma CV 4", 4),
    GAMMA_8("gamma CV 8", 8),
    /** Five and a half times the mean rate for a tenth of the time, else half of it. */
    ON_OFF("on-off", 1),
    /** Half the mean rate, then three times as much for a fifth of the time, and half again. */
    STEP("step", 1),
    SINE("sine", 1);

    /** Length of a period of the changing rates, in mean gaps. */
    private static final double PERIOD = 500;

    private final String title;
    private final double variation;

    Arrivals(String title, double variation) {
        this.title = title;
        this.variation = variation;
    }

    /** The rate at that part of a period, as a multiple of the mean. */
    private double rateAt(double part) {
        return switch (this) {
            case POISSON, GAMMA_2, GAMMA_4, GAMMA_8 -> 1;
            case ON_OFF -> part < 0.1 ? 5.5 : 0.5;
            case STEP -> part < 0.4 || part >= 0.6 ? 0.5 : 3;
            case SINE -> 1 + 0.7 * Math.sin(2 * Math.PI * part);
        };
    }

    /** That many moments in order, in nanoseconds from 0, at that many a second in the mean. */
    long[] moments(int count, double perSecond, long seed) {
        Random random = new Random(seed);
        double shape = 1 / (variation * variation);
        double meanGapNanos = 1e9 / perSecond;
        long[] moments = new long[count];
        double at = 0;
        for (int i = 0; i < count; i++) {
            double gap = variation == 1 ? exponential(random) : gamma(shape, random) / shape;
            at += gap / rateAt(at / PERIOD % 1);
            moments[i] = Math.round(at * meanGapNanos);
        }
        return moments;
    }

    private static double exponential(Random random) {
        return -Math.log(1 - random.nextDouble());
    }

    /** Marsaglia and Tsang's sampler, lifted to shapes below 1 by u^(1/shape). */
    private static double gamma(double shape, Random random) {
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

    @Override
    public String toString() {
        return title;
    }
}
