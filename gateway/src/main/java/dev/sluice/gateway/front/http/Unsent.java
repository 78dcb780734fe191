package dev.sluice.gateway.front.http;

import io.vertx.core.http.HttpServerRequest;

/**
 * Something on its way to a client that has not taken all of it.
 *
 * @thread confined to the front loop of its connection
 */
interface Unsent {

    HttpServerRequest request();

    /** Whether the client has anything to take. */
    boolean isWaiting();

    /** When the client last took something, or that began to wait. */
    long movedNanos();
}
