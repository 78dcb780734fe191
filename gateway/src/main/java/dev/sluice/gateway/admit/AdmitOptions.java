package dev.sluice.gateway.admit;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;
import java.util.Optional;

/**
 * How many requests are let in, for how long, and how long they may still take at shutdown.
 *
 * @param maxInFlightRequests requests admitted and not yet completed, in the whole process; more are shed, and 4096 is
 *     several full queues, so that it is the models' own limits that speak first
 * @param maxInFlightBytes bytes of all requests held at one time, bodies and the tensors decoded from them; 0 for a
 *     quarter of the heap, for a body is copied at most once while it arrives in pieces
 * @param clientHeader the request header that says which client a request is from, for fair shares of a model and for
 *     limits; {@code X-Forwarded-For} and {@code Forwarded} are read as the chains of addresses that they are; none,
 *     because whoever reaches Sluice directly could call itself anybody; not looked at where keys name the clients
 * @param requestTimeout the deadline of a request that names none, and of every body, because what a request names stands
 *     in its body; 30 seconds, which clients commonly wait themselves
 * @param maxRequestTimeout the longest deadline that a request may ask for; a longer one is shortened to it; 60
 *     seconds, which is how long nginx waits for an answer
 * @param drainDelay how long the server still takes connections after it has said that it is not ready; 0, because not
 *     every balancer needs to be waited for
 * @param drainTimeout the longest wait for requests in flight at shutdown; a little less than Kubernetes waits before it
 *     kills
 */
public record AdmitOptions(
        @Setting(value = "4096", min = "1", max = "1000000") int maxInFlightRequests,

        @Setting(value = "0B", min = "0B", max = "1024GiB", bytes = true)
        long maxInFlightBytes,

        @Setting("none") String clientHeader,
        @Setting(value = "30s", min = "1ms", max = "24h") Duration requestTimeout,
        @Setting(value = "60s", min = "1ms", max = "24h") Duration maxRequestTimeout,
        @Setting(value = "0s", min = "0s", max = "1h") Duration drainDelay,
        @Setting(value = "25s", min = "0s", max = "1h") Duration drainTimeout) {

    private static final String NO_HEADER = "none";
    private static final int PART_OF_THE_HEAP = 4;

    /** Empty when clients are told apart by address. */
    public Optional<String> clientHeaderName() {
        return clientHeader.equals(NO_HEADER) ? Optional.empty() : Optional.of(clientHeader);
    }

    /** That timeout, or the longest there is. */
    public Duration shortened(Duration timeout) {
        return timeout.compareTo(maxRequestTimeout) < 0 ? timeout : maxRequestTimeout;
    }

    /** From the request to stop until nothing more is waited for. */
    public Duration longestDrain() {
        return drainDelay.plus(drainTimeout);
    }

    long bodyBudgetBytes() {
        return maxInFlightBytes > 0 ? maxInFlightBytes : Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP;
    }
}
