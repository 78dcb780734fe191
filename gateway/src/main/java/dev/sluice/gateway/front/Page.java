package dev.sluice.gateway.front;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Text that takes a while to make, and is shown to whoever asks.
 *
 * @thread asked on a front loop, and must not block it
 */
public interface Page {

    /** Without the character set, which is always UTF-8. */
    String mediaType();

    Future<String> text(Vertx vertx);
}
