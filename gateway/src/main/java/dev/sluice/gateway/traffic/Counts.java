package dev.sluice.gateway.traffic;

/**
 * What became of the requests to one version.
 *
 * @param requests those that were answered and those that failed by the server's fault
 * @param failures the latter
 * @param latencies of those that were answered, by the buckets of {@link Latencies}
 * @thread immutable; nobody writes to the array
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Counts(long requests, long failures, long[] latencies) {

    static final Counts NONE = new Counts(0, 0, new long[Latencies.BUCKETS]);

    /** What has come since that. */
    Counts since(Counts before) {
        long[] added = new long[latencies.length];
        for (int i = 0; i < added.length; i++) {
            added[i] = latencies[i] - before.latencies[i];
        }
        return new Counts(requests - before.requests, failures - before.failures, added);
    }

    Share failed() {
        return new Share(failures, requests);
    }

    /** Those that took longer than what that bucket holds. */
    Share slowerThan(int bucket) {
        long slower = 0;
        long all = 0;
        for (int i = 0; i < latencies.length; i++) {
            all += latencies[i];
            slower += i > bucket ? latencies[i] : 0;
        }
        return new Share(slower, all);
    }

    /** The bucket by the end of which so large a part has been answered. */
    int bucketOf(double part) {
        long left = (long) Math.ceil(slowerThan(-1).all() * part);
        int bucket = -1;
        while (left > 0) {
            bucket++;
            left -= latencies[bucket];
        }
        return bucket;
    }
}
