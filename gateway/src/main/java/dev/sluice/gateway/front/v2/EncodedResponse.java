package dev.sluice.gateway.front.v2;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An answer in bytes: JSON, and behind it the outputs that were wanted raw, as views of the engine's answer.
 *
 * @param raw empty when everything is JSON
 */
public record EncodedResponse(JsonOutput json, List<ByteBuffer> raw) {}
