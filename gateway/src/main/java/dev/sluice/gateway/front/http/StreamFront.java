package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.call.Serving;

/**
 * Speaks WebSocket on connections that have asked for it.
 *
 * @thread confined to one front loop
 */
@FunctionalInterface
public interface StreamFront {

    /** Takes over the connection of a request that may have it. */
    void open(StreamOpening opening);

    /**
     * Makes the one of each front loop.
     *
     * @thread called once on each front loop
     */
    @FunctionalInterface
    interface Maker {

        StreamFront of(Serving serving);
    }
}
