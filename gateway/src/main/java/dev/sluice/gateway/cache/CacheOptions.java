package dev.sluice.gateway.cache;

import dev.sluice.worker.settings.Setting;

/**
 * How much the response cache holds; which models use it their {@code model.yaml} says.
 *
 * @param maxBytes of answers, for all models together; 64 MiB are a hundred thousand answers of ten numbers
 * @param maxInputSize of the inputs of a request; one that has more is not looked up, because to hash a mebibyte takes a front
 *     loop 0.6 milliseconds
 */
public record CacheOptions(
        @Setting(value = "64MiB", min = "1KiB", max = "1024GiB", bytes = true)
        long maxBytes,

        @Setting(value = "1MiB", min = "0B", max = "1GiB", bytes = true)
        long maxInputSize) {}
