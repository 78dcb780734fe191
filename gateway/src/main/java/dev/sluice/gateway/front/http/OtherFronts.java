package dev.sluice.gateway.front.http;

/**
 * What is spoken on the front loops beside V2 over HTTP.
 *
 * @param streams makes what speaks WebSocket
 * @param protocols makes what is served beside HTTP
 * @param profiles the protocols of other servers
 */
public record OtherFronts(StreamFront.Maker streams, OtherProtocol.Factory protocols, ProfileFronts profiles) {}
