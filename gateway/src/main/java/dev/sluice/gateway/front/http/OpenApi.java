package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code GET /openapi.json}: every path that is served, for tools; written by hand, and held to the routes by a test.
 *
 * @thread confined to one front loop; the text is read once for all
 * @source OpenAPI 3.1
 */
final class OpenApi {

    private static final String DOCUMENT = read();

    private final Exchanges exchanges;

    OpenApi(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    void show(RoutingContext context) {
        exchanges.of(context).json(new JsonOutput(DOCUMENT.length()).raw(DOCUMENT));
    }

    /** ASCII only, which {@link JsonOutput#raw} wants. */
    static String read() {
        return BundledFile.text("openapi.json");
    }
}
