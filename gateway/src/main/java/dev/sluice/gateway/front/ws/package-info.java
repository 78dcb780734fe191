/**
 * WebSocket: many requests in flight on one connection, in frames that say what the bodies of HTTP say.
 *
 * <p>{@code docs/streaming.md} is the protocol. A connection begins as a request of HTTP and lives on what
 * {@code front.http} has for connections; from the upgrade on its frames are read by our own decoder, and each message is
 * a {@link dev.sluice.gateway.front.call.Call} like any other.
 *
 * <p>Read {@code StreamConnection} first, then {@code Window}, which decides what may be in flight and in which order
 * answers leave.
 */
@NullMarked
package dev.sluice.gateway.front.ws;

import org.jspecify.annotations.NullMarked;
