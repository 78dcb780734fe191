package dev.sluice.gateway.front.http;

import java.util.Optional;

/**
 * Serves the protocol of another server over the same pipeline.
 *
 * @thread stateless; what it adds is confined to the front loop of the table
 */
@FunctionalInterface
public interface ProfileFront {

    /** Adds its paths, for one front loop. */
    void addTo(RouteTable table, LoopParts loop);

    /** How it refuses, on a port of its own, what never comes to any of its paths. */
    default Dialect dialect() {
        return Dialect.V2;
    }

    /** Whether the server that it stands for speaks V2 too, on the same port and below {@code /v2}. */
    default boolean hasV2() {
        return false;
    }

    /** What it speaks beside HTTP on a port of its own, for one front loop. */
    default Optional<OtherProtocol> other(LoopParts loop) {
        return Optional.empty();
    }
}
