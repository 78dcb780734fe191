package dev.sluice.worker.contract;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * How a version is tried on a part of its model's traffic before it serves all of it.
 *
 * @param weightPercent of the requests that leave the version open, so many go to the candidate
 * @param keyHeader the header whose value keeps requests together: those of one value go to one version
 * @thread immutable
 */
public record TrafficPolicy(double weightPercent, String keyHeader, Shadow shadow, Guard guard) {

    /** The weight for people: 5 and not 5.0. */
    public String weightInWords() {
        return BigDecimal.valueOf(weightPercent).stripTrailingZeros().toPlainString() + " %";
    }

    /**
     * Copies of requests that the stable version has answered; what the candidate answers is compared and thrown away.
     *
     * @param sharePercent of those requests, so many are copied; 0 for none
     * @param maxInFlight copies that are not answered yet; beyond that none is made
     * @param tolerance by how much of the number, or of 1, two numbers may differ and still agree
     */
    public record Shadow(double sharePercent, int maxInFlight, double tolerance) {}

    /**
     * What ends the trial by itself. A bound of 0 is not looked at.
     *
     * @param window how long answers are counted before counting begins anew
     * @param minRequests of the candidate, before anything is said of it
     * @param errorPoints by how many points of a percentage more of its requests may fail than of the stable version's
     * @param latencyTimes how many times as long as the stable version it may take
     * @param disagreementPercent how many of its answers to copies may differ
     * @param drift how large the stability index of its outputs may be, compared with the stable version's
     * @param promoteAfter how long it must have held before it takes over; zero for not until an operator says so
     */
    public record Guard(
            Duration window,
            int minRequests,
            double errorPoints,
            double latencyTimes,
            double disagreementPercent,
            double drift,
            Duration promoteAfter) {

        /** How much must be known of its outputs: as much as of its requests, but never more than is ever kept. */
        public int minSamples() {
            return Math.min(minRequests, OutputSample.MOST_AWAITED);
        }
    }
}
