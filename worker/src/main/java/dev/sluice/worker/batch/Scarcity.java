package dev.sluice.worker.batch;

/**
 * How often, lately, somebody was given up when a batch was formed: whether a try that fails costs anybody anything.
 *
 * <p>As long as there is room for all, who is given up for safety is lost for nothing. When there is none, a batch that
 * comes too late has wasted time that others needed. So caution grows with what had to be given up.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 */
final class Scarcity {

    private static final double NEWEST = 0.05;

    /** Shares of the batches for which somebody was given up, between which caution grows; the simulator's choice. */
    private static final double RARE = 0.05;

    private static final double USUAL = 0.2;

    /** In standard deviations of what the predictions miss by; the simulator's choice. */
    static final double LEAST_SAFETY = 1;

    static final double MOST_SAFETY = 2;

    private double share;

    void formed(boolean gaveUp) {
        share += NEWEST * ((gaveUp ? 1 : 0) - share);
    }

    /** How many standard deviations longer than predicted a batch must be allowed to take. */
    double safety() {
        double often = Math.clamp((share - RARE) / (USUAL - RARE), 0, 1);
        return LEAST_SAFETY + often * (MOST_SAFETY - LEAST_SAFETY);
    }
}
