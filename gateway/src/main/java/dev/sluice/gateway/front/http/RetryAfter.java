package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.worker.contract.InferenceError;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * When a refused client is to come back.
 *
 * <p>Who is over its own quota is told the truth, and the time of a circuit has been spread already. All others get up
 * to half as much on top, but no more than {@value #MOST_EXTRA} seconds, by chance, or else those who were refused
 * together would come back together.
 *
 * @thread confined to one front loop
 * @units whole seconds for the header, milliseconds for messages
 */
public final class RetryAfter {

    private static final int MOST_EXTRA = 15;
    private static final long MILLIS_PER_SECOND = 1000;

    private final RandomGenerator random;

    public RetryAfter(RandomGenerator random) {
        this.random = random;
    }

    /** Whole seconds, as the header has them; empty when trying again is no use. */
    OptionalLong seconds(InferenceError error) {
        long millis = StatusMapping.retryAfterMillis(error);
        if (millis < 0) {
            return OptionalLong.empty();
        }
        long seconds = Math.ceilDiv(millis, MILLIS_PER_SECOND);
        if (isExact(error)) {
            return OptionalLong.of(seconds);
        }
        double most = Math.min(seconds / 2.0, MOST_EXTRA);
        return OptionalLong.of(seconds + (long) (random.nextDouble() * (1 + most)));
    }

    /** The same in milliseconds. */
    public OptionalLong millis(InferenceError error) {
        long millis = StatusMapping.retryAfterMillis(error);
        if (millis < 0) {
            return OptionalLong.empty();
        }
        double most = isExact(error) ? 0 : Math.min(millis / 2.0, MOST_EXTRA * MILLIS_PER_SECOND);
        return OptionalLong.of(millis + (long) (random.nextDouble() * most));
    }

    private static boolean isExact(InferenceError error) {
        return error instanceof InferenceError.Throttled || error instanceof InferenceError.CircuitOpen;
    }
}
