package dev.sluice.gateway.front.ws;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;

/**
 * How much one WebSocket connection may ask for at one time, and how long it may stay silent.
 *
 * @param maxMessageSize bytes of a message, for each is held whole while it is decoded; as much as a body of HTTP
 * @param windowMessages requests that one connection may have in flight; 64 fill a device's batch from one client
 * @param windowSize bytes of those requests together; one longest message, so that one is always let in
 * @param pingInterval how long a connection may be silent before it is asked whether it is there; 20 seconds keeps
 *     mappings in home routers and the 60 seconds of most proxies alive
 * @param pingTimeout how long it may take to answer that; 20 seconds, as the common client libraries wait themselves
 * @param idleTimeout how long it may go without a request; 10 minutes, because reconnecting costs little and a forgotten
 *     page would hold its place for ever
 * @param deflate whether messages may be compressed; off, because it keeps a front loop busy, and tensors as raw bytes
 *     hardly shrink
 */
public record WebSocketOptions(
        @Setting(value = "64MiB", min = "1KiB", max = "1GiB", bytes = true)
        long maxMessageSize,

        @Setting(value = "64", min = "1", max = "10000") int windowMessages,

        @Setting(value = "64MiB", min = "1KiB", max = "4GiB", bytes = true)
        long windowSize,

        @Setting(value = "20s", min = "100ms", max = "1h") Duration pingInterval,
        @Setting(value = "20s", min = "100ms", max = "1h") Duration pingTimeout,
        @Setting(value = "10m", min = "100ms", max = "24h") Duration idleTimeout,
        @Setting("false") boolean deflate) {}
