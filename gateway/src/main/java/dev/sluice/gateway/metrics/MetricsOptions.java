package dev.sluice.gateway.metrics;

import dev.sluice.worker.settings.Setting;

/**
 * What is measured.
 *
 * @param enabled whether to count and to offer the counts to Prometheus; on, because a gateway that nobody can watch
 *     cannot be run
 */
public record MetricsOptions(@Setting("true") boolean enabled) {}
