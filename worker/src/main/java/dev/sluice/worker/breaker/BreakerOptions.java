package dev.sluice.worker.breaker;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;

/**
 * When a model is left alone for a while, and for how long. What counts is batches; one whose clients are to blame for
 * its failure, or the memory, counts not at all.
 *
 * @param enabled whether models have a circuit breaker; on, because a model that fails everything is only kept busy
 * @param window how many of the last batches are looked at; 20, so that a model is judged by what it does now
 * @param minBatches how many there must be of them; 10, for a few failures after the start say little
 * @param failurePercent the share of failed batches, or of slow ones, that opens the circuit; half of them
 * @param slowFactor a batch is slow that took this many times as long as expected; 0 for never, because who sends
 *     longer inputs than others makes batches slow as well
 * @param openFor how long requests are refused before the model is tried again; 5 s, about as long as a restart
 * @param maxOpenFor the wait doubles each time that the trial fails, up to this; 60 s, so that nobody waits much longer
 *     than a repair takes
 * @param probes how many requests are tried then, each alone
 */
public record BreakerOptions(
        @Setting("true") boolean enabled,
        @Setting(value = "20", min = "1", max = "10000") int window,
        @Setting(value = "10", min = "1", max = "10000") int minBatches,
        @Setting(value = "50", min = "1", max = "100") int failurePercent,
        @Setting(value = "0", min = "0", max = "1000") double slowFactor,
        @Setting(value = "5s", min = "10ms", max = "1h") Duration openFor,
        @Setting(value = "60s", min = "10ms", max = "24h") Duration maxOpenFor,
        @Setting(value = "3", min = "1", max = "100") int probes) {

    /** The same, with another factor. */
    public BreakerOptions withSlowFactor(double factor) {
        return new BreakerOptions(enabled, window, minBatches, failurePercent, factor, openFor, maxOpenFor, probes);
    }

    /** The same, switched off. */
    public BreakerOptions disabled() {
        return new BreakerOptions(false, window, minBatches, failurePercent, slowFactor, openFor, maxOpenFor, probes);
    }
}
