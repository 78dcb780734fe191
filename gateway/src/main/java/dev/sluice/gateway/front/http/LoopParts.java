package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.call.Serving;
import io.vertx.core.Vertx;

/**
 * What the protocols that come by one front loop share.
 *
 * @param vertx makes the loop's timers
 * @param serving answers inference requests
 * @param exchanges knows clients and requests by name
 * @param bodies bounds what is read
 */
public record LoopParts(Vertx vertx, HttpOptions options, Serving serving, Exchanges exchanges, Bodies bodies) {

    static LoopParts of(Vertx vertx, HttpOptions options, Serving serving) {
        return new LoopParts(
                vertx, options, serving, new Exchanges(options, serving.parts()), Bodies.of(serving.parts(), vertx));
    }
}
