package dev.sluice.gateway.admit;

/**
 * So many of something at once, and as many again, evenly, in each window.
 *
 * <p>The generic cell rate algorithm: what was taken is a debt, in nanoseconds until it is paid off; a debt may never
 * be longer than the window. Costs are rounded up to a nanosecond, so that never more than the quota and what the time
 * gives back is let through; taken one by one, a quota that does not divide its window costs up to a nanosecond more
 * for each.
 *
 * @param quota from 1 to {@link #MAX_QUOTA}
 * @param windowNanos from 1 to {@link #MAX_WINDOW_NANOS}
 * @source ITU-T I.371, the virtual scheduling algorithm
 */
public record Rate(long quota, long windowNanos) {

    /** Its square still fits a long. */
    static final long MAX_QUOTA = 1_000_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    static final long MAX_WINDOW_NANOS = 86_400_000_000_000L;

    public Rate {
        if (quota < 1 || quota > MAX_QUOTA || windowNanos < 1 || windowNanos > MAX_WINDOW_NANOS) {
            throw new IllegalArgumentException(quota + " in " + windowNanos + " ns");
        }
    }

    /** Whether so many can ever be taken at once. */
    boolean canEverGive(long count) {
        return count <= quota;
    }

    /** The debt that comes of taking so many, which can be given. */
    long costNanos(long count) {
        return windowNanos / quota * count + Math.ceilDiv(windowNanos % quota * count, quota);
    }

    /** How many can be taken at once by somebody with such a debt. */
    public long available(long debtNanos) {
        long spareNanos = windowNanos - debtNanos;
        long count = (long) ((double) spareNanos * quota / windowNanos);
        // The quotient of doubles is off by one at most.
        if (count > 0 && costNanos(count) > spareNanos) {
            return count - 1;
        }
        return count < quota && costNanos(count + 1) <= spareNanos ? count + 1 : count;
    }

    /** How long until one more can be taken; 0 when the quota is whole. */
    public long nextNanos(long debtNanos) {
        long available = available(debtNanos);
        return available == quota ? 0 : debtNanos + costNanos(available + 1) - windowNanos;
    }

    /** As in {@code 100 in 10 s}. */
    @Override
    public String toString() {
        return quota + " in "
                + (windowNanos % NANOS_PER_SECOND == 0
                        ? windowNanos / NANOS_PER_SECOND + " s"
                        : windowNanos / NANOS_PER_MILLI + " ms");
    }
}
