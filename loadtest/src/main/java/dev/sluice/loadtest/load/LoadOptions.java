package dev.sluice.loadtest.load;

/**
 * How a run is driven.
 *
 * @param lengthNanos in which requests are begun; a run ends with the last answer
 * @param connections of each kind of traffic, most open at one time; but for streams also the most requests in flight
 * @param patienceNanos after which a request is given up
 * @param windowNanos length of the stretches that curves are drawn from
 */
public record LoadOptions(long lengthNanos, int connections, long patienceNanos, long windowNanos) {

    double seconds() {
        return lengthNanos / 1e9;
    }
}
