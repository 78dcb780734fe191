package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;

/**
 * A picture as a body that a client posts, made once and sent many times.
 *
 * @param label of what is on it, which is the answer
 */
public record PictureCall(String label, String contentType, Buffer body) {}
