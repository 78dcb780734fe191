package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

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
        try (InputStream file = OpenApi.class.getResourceAsStream("openapi.json")) {
            if (file == null) {
                throw new IllegalStateException("openapi.json is missing in the jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
