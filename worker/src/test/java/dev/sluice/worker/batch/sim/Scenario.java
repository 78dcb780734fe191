package dev.sluice.worker.batch.sim;

import java.util.Random;

/**
 * One cell of the grid: a model, its clients and their patience.
 *
 * @param load offered requests as a share of {@link #capacityPerSecond()}
 * @param noise standard deviation of the logarithm of a batch's time
 * @param drift whether the machine becomes slower and faster again
 */
record Scenario(
        Model model,
        int instances,
        Arrivals arrivals,
        double load,
        double noise,
        boolean drift,
        int requests,
        long seed) {

    private static final double DRIFT_IN_DEADLINES = 20;

    /**
     * A model that needs {@code a + c * rows} nanoseconds for a batch.
     *
     * @param deadlineNanos how long each request may take from arrival to answer
     */
    record Model(long aNanos, long cNanos, int maxRows, long deadlineNanos) {

        static Model ofMillis(double a, double c, int maxRows, double deadline) {
            return new Model(Math.round(a * 1e6), Math.round(c * 1e6), maxRows, Math.round(deadline * 1e6));
        }

        long nanos(int rows) {
            return aNanos + cNanos * rows;
        }

        @Override
        public String toString() {
            return "a=%s c=%s B=%d D=%s".formatted(aNanos / 1e6, cNanos / 1e6, maxRows, deadlineNanos / 1e6);
        }
    }

    /**
     * What instances in even stagger can serve without losing anything: a request waits at most for the next batch to
     * leave and then for its own.
     */
    double capacityPerSecond() {
        int rows = 1;
        while (rows < model.maxRows() && model.nanos(rows + 1) * (instances + 1) <= model.deadlineNanos() * instances) {
            rows++;
        }
        return instances * rows * 1e9 / model.nanos(rows);
    }

    /** How long a batch takes that starts now; a drifting machine slows down by half and recovers, again and again. */
    long nanos(int rows, long now, Random random) {
        double factor = noise == 0 ? 1 : Math.exp(noise * random.nextGaussian());
        double speed =
                drift ? 1.25 + 0.25 * Math.sin(2 * Math.PI * now / (DRIFT_IN_DEADLINES * model.deadlineNanos())) : 1;
        return Math.round(model.nanos(rows) * factor * speed);
    }

    Scenario withRequests(int other) {
        return new Scenario(model, instances, arrivals, load, noise, drift, other, seed);
    }

    Scenario withSeed(long other) {
        return new Scenario(model, instances, arrivals, load, noise, drift, requests, other);
    }

    /** One instance without noise, of which {@link OfflineOracle} knows what anybody could have served. */
    boolean isSingle() {
        return instances == 1 && noise == 0 && !drift;
    }

    long[] moments() {
        return arrivals.moments(requests, capacityPerSecond() * load, seed);
    }
}
