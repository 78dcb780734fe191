package dev.sluice.loadtest.load;

/**
 * How a run is driven.
 *
 * @param lengthNanos in which requests are begun; a run ends with the last answer
 * @param connections of each kind of traffic, most open at one time; but for streams also the most requests in flight
 * @param requestsOnAStream how many of those requests share a stream, of which there are so many fewer
 * @param patienceNanos after which a request is given up
 * @param windowNanos length of the stretches that curves are drawn from
 */
public record LoadOptions(
        long lengthNanos, int connections, int requestsOnAStream, long patienceNanos, long windowNanos) {

    /** With a stream for each request in flight. */
    public LoadOptions(long lengthNanos, int connections, long patienceNanos, long windowNanos) {
        this(lengthNanos, connections, 1, patienceNanos, windowNanos);
    }

    int streams() {
        return Math.ceilDiv(connections, requestsOnAStream);
    }

    double seconds() {
        return lengthNanos / 1e9;
    }
}
