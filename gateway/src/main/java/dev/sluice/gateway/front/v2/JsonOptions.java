package dev.sluice.gateway.front.v2;

import dev.sluice.worker.settings.Setting;

/**
 * How the JSON of inference is read and written where RFC 8259 leaves no choice but clients do otherwise.
 *
 * @param nanAndInfinity whether {@code NaN}, {@code Infinity} and {@code -Infinity} stand for themselves, in requests and
 *     in answers, as Python's json has it; off, because they are no JSON and strict parsers stop at them
 */
public record JsonOptions(@Setting("false") boolean nanAndInfinity) {

    /** JSON and nothing else. */
    public static final JsonOptions STRICT = new JsonOptions(false);
}
