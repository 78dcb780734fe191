package dev.sluice.worker.batch;

/**
 * How much more unevenly requests come than if each came by itself: the index of dispersion of how many come between two
 * looks.
 *
 * <p>It is 1 for independent arrivals at a steady rate, however high, and far more where they come in bursts or the rate
 * has just changed. So it tells steady overload, in which time spent now is missed by those who are sure to come, from
 * the beginning of a burst, after which there may be time enough.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @bound constant memory
 * @source Fano factor (variance of a count over its mean), with means that forget
 */
final class ArrivalSpread {

    /** Weight of the newest look; ten looks later less than an eighth of a burst is left. */
    private static final double NEWEST = 0.2;

    /** One look at the beginning of a burst must not outweigh all that follow. */
    private static final double MOST = 1e4;

    /** Before that many looks nothing is known. */
    private static final int FIRST_LOOKS = 5;

    private long lastCount;
    private long lastNanos;
    private int looks;
    private double perNano;
    private double dispersion;

    /** @param count of all requests that have ever come */
    void look(long count, long nowNanos) {
        if (looks == 0) {
            note(count, nowNanos);
            return;
        }
        long came = count - lastCount;
        long nanos = nowNanos - lastNanos;
        if (came <= 0 || nanos <= 0) {
            return;
        }
        double rate = (double) came / nanos;
        if (looks > 1) {
            double expected = perNano * nanos;
            double miss = came - expected;
            dispersion += weight(looks - 1) * (Math.min(miss * miss / expected, MOST) - dispersion);
        }
        perNano += weight(looks) * (rate - perNano);
        note(count, nowNanos);
    }

    private void note(long count, long nowNanos) {
        lastCount = count;
        lastNanos = nowNanos;
        looks++;
    }

    private static double weight(int looks) {
        return Math.max(NEWEST, 1.0 / looks);
    }

    /** 1 for independent arrivals, more for bursts; infinite as long as nothing is known. */
    double dispersion() {
        return looks < FIRST_LOOKS ? Double.POSITIVE_INFINITY : dispersion;
    }
}
