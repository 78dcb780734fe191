package dev.sluice.worker.source;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a source that failed is tried again: after growing waits, each by chance up to half as long again, so that many
 * servers that lost it together do not come back together.
 *
 * @thread owned by its caller; knows no clock
 */
public final class Attempts {

    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 30_000;
    private static final long FIRST_LATER_MILLIS = 60_000;
    private static final long LONGEST_LATER_MILLIS = 1_800_000;
    private static final int MOST_DOUBLINGS = 20;

    private final long boundMillis;
    private final RandomGenerator random;
    private long waitedMillis;
    private int failures;

    /** @param bound how long may be waited in all, since the source last gave anything */
    public Attempts(Duration bound, RandomGenerator random) {
        this.boundMillis = bound.toMillis();
        this.random = random;
    }

    /**
     * How long to wait before the next; empty when it is enough.
     *
     * @param progressed whether anything has come since the last
     */
    public Optional<Duration> next(SourceException failure, boolean progressed) {
        return switch (failure.again()) {
            case NEVER, LATER -> Optional.empty();
            case TAKEN -> bounded(jittered(FIRST_MILLIS));
            case SOON -> soon(failure.after().toMillis(), progressed);
        };
    }

    private Optional<Duration> bounded(long wait) {
        waitedMillis += wait;
        return waitedMillis > boundMillis ? Optional.empty() : Optional.of(Duration.ofMillis(wait));
    }

    private Optional<Duration> soon(long atLeastMillis, boolean progressed) {
        if (progressed) {
            failures = 0;
            waitedMillis = 0;
        }
        return bounded(Math.max(atLeastMillis, jittered(doubled(FIRST_MILLIS, LONGEST_MILLIS, failures++))));
    }

    /**
     * When a version that has failed is tried once more.
     *
     * @param rounds how often it has failed so
     */
    public static Duration later(int rounds, RandomGenerator random) {
        long millis = doubled(FIRST_LATER_MILLIS, LONGEST_LATER_MILLIS, rounds);
        return Duration.ofMillis(millis + random.nextLong(millis / 2));
    }

    private static long doubled(long first, long longest, int times) {
        return Math.min(longest, first << Math.min(times, MOST_DOUBLINGS));
    }

    private long jittered(long millis) {
        return millis + random.nextLong(millis / 2);
    }
}
