package dev.sluice.worker.drift;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;

/**
 * How the answers of models are watched, so that it is noticed when they change.
 *
 * @param enabled whether they are; on, because it costs next to nothing
 * @param window how far a sample goes back; 10 min, in which a model with little traffic gives enough answers and a
 *     change is noticed while somebody remembers what was done
 * @param minSamples answers that must be known on both sides before they are compared; 500, with which chance alone
 *     makes a stability index of about 0.04 of ten classes
 * @param reportEvery how often samples are compared; 5 s, more often than metrics are looked at
 */
public record DriftOptions(
        @Setting("true") boolean enabled,
        @Setting(value = "10m", min = "1s", max = "24h") Duration window,

        @Setting(value = "500", min = "50", max = "4000") int minSamples,

        @Setting(value = "5s", min = "10ms", max = "1h") Duration reportEvery) {

    /** The same, with what a model says. */
    public DriftOptions with(boolean on, Duration own) {
        return new DriftOptions(enabled && on, own.isZero() ? window : own, minSamples, reportEvery);
    }
}
