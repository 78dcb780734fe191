package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.http.RouteTable;
import io.vertx.core.Vertx;

/**
 * Serves the management of another server on the operators' listener, behind all that stands before ours.
 *
 * @thread stateless; what it adds is confined to the operators' loop
 */
@FunctionalInterface
public interface ManagementFront {

    /** Of no other server. */
    ManagementFront NONE = (table, desk) -> {};

    /** Adds its paths. */
    void addTo(RouteTable table, Desk desk);

    /** How it refuses what is for no path, neither of its own nor of ours. */
    default Dialect dialect() {
        return Dialect.V2;
    }

    /**
     * What those who speak with operators share.
     *
     * @param orders has done what operators want, and kept who wanted it
     * @param bodies bounds what is read
     */
    record Desk(Vertx vertx, FrontParts parts, Orders orders, Exchanges exchanges, Bodies bodies) {}
}
