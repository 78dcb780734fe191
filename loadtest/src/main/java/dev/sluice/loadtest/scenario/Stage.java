package dev.sluice.loadtest.scenario;

/** A stretch of a simulation in which the rate goes evenly from one value to another, in requests a second. */
record Stage(double from, double to, double seconds) {

    private static final int STEPS = 1_000;

    static Stage constant(double perSecond, double seconds) {
        return new Stage(perSecond, perSecond, seconds);
    }

    /** Requests that a perfect server of that capacity would answer in time. */
    double achievable(double capacity) {
        double served = 0;
        for (int step = 0; step < STEPS; step++) {
            double rate = from + (to - from) * (step + 0.5) / STEPS;
            served += Math.min(rate, capacity) * seconds / STEPS;
        }
        return served;
    }
}
