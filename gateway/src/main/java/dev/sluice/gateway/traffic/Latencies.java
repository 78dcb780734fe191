package dev.sluice.gateway.traffic;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long answers took, counted in buckets of which eight double the time.
 *
 * @thread any
 * @bound {@value #BUCKETS} counters
 * @units nanoseconds
 */
final class Latencies {

    private static final int BITS = 3;
    private static final int EACH = 1 << BITS;
    static final int BUCKETS = Long.SIZE * EACH;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void count(long nanos) {
        counts.incrementAndGet(bucket(nanos));
    }

    long[] counts() {
        long[] now = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            now[i] = counts.get(i);
        }
        return now;
    }

    /** Larger for longer times: the place of the highest bit, and the bits behind it. */
    static int bucket(long nanos) {
        long counted = Math.max(EACH, nanos);
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(counted);
        int mantissa = (int) (counted >>> (exponent - BITS)) & (EACH - 1);
        return exponent * EACH + mantissa;
    }

    /** The least time that is counted in the next bucket. */
    static double end(int bucket) {
        int exponent = bucket / EACH;
        return Math.scalb(1 + (bucket % EACH + 1) / (double) EACH, exponent);
    }
}
