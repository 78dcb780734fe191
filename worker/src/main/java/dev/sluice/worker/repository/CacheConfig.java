package dev.sluice.worker.repository;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;

/**
 * What a model.yaml may say of giving the model's answers again.
 *
 * @param ttl how long an answer may be given to requests that are equal to the one that it answered; 0s for never, because only
 *     its owner knows whether a model answers the same to the same
 */
public record CacheConfig(
        @Setting(value = "0s", min = "0s", max = "168h") Duration ttl) {}
