package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Times lie in buckets that are an eighth of themselves wide. */
class LatenciesTest {

    @Test
    void everyTimeHasABucketAndLongerOnesHaveNoEarlierOne() {
        int last = -1;
        for (long nanos = 0; nanos >= 0 && nanos < Long.MAX_VALUE / 2; nanos += 1 + nanos / 50) {
            int bucket = Latencies.bucket(nanos);
            assertTrue(bucket >= last && bucket < Latencies.BUCKETS, nanos + " ns");
            assertTrue(Latencies.end(bucket) > nanos, nanos + " ns");
            assertTrue(Latencies.end(bucket) <= Math.max(9, nanos * 1.126), nanos + " ns");
            last = bucket;
        }
        assertTrue(Latencies.bucket(Long.MAX_VALUE) < Latencies.BUCKETS);
    }

    @Test
    void whatIsCountedIsFound() {
        Latencies latencies = new Latencies();
        for (long millis = 1; millis <= 100; millis++) {
            latencies.count(millis * 1_000_000);
        }
        Counts counts = new Counts(100, 0, latencies.counts());
        int most = counts.bucketOf(0.9);
        assertEquals(Latencies.bucket(90_000_000), most);
        assertEquals(100, counts.slowerThan(-1).some());
        long slower = counts.slowerThan(most).some();
        assertTrue(slower > 0 && slower <= 10, slower + " are slower than most");
        assertEquals(0, counts.since(counts).slowerThan(-1).all());
        assertEquals(-1, Counts.NONE.bucketOf(0.9));
    }
}
