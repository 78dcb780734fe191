package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET .../stream}: lets a connection go on in WebSocket, if the request asks for it properly and comes from a page
 * that may.
 *
 * <p>Browsers open WebSockets to whatever a page names, send cookies along and ask nobody: CORS does not hold here. So an
 * {@code Origin} is let in only when it is this server's own, or configured; without one it is no browser that asks.
 *
 * @thread confined to one front loop
 * @errors 426 for what is no handshake of version 13, 400 for a broken one, 403 for a page of another origin
 * @source RFC 6455, sections 4.2 and 10.2
 */
public final class StreamHandler {

    private static final String ANY_ORIGIN = "*";
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    private static final CharSequence WS_VERSION = HttpHeaders.createOptimized("Sec-WebSocket-Version");
    private static final CharSequence WS_KEY = HttpHeaders.createOptimized("Sec-WebSocket-Key");

    private final StreamFront streams;
    private final Exchanges exchanges;
    private final List<String> origins;

    public StreamHandler(StreamFront streams, Exchanges exchanges, HttpOptions options) {
        this.streams = streams;
        this.exchanges = exchanges;
        this.origins = options.corsOrigins();
    }

    /** A stream to the model of the path. */
    void toModel(RoutingContext context) {
        open(context, Routes.model(context));
    }

    /** A stream to whatever model each message names. */
    void toAll(RoutingContext context) {
        open(context, null);
    }

    /** A stream to that model; null for whatever model each message names. */
    public void open(RoutingContext context, @Nullable RequestedModel model) {
        HttpServerRequest request = context.request();
        Exchange exchange = exchanges.of(context);
        if (!asksForWebSocket(request)) {
            refuseOther(request, exchange);
        } else if (!isComplete(request)) {
            exchange.error(
                    400,
                    "the WebSocket handshake is malformed: it needs one Sec-WebSocket-Key, of " + KEY_BYTES
                            + " bytes in Base64, and no body");
        } else if (!mayOpen(request)) {
            String origin = InferenceException.quoted(String.valueOf(request.getHeader(HttpHeaders.ORIGIN)));
            exchange.error(403, "pages of the origin " + origin + " may not open streams; see http.cors_origins");
        } else {
            try {
                streams.open(new StreamOpening(request, exchange, exchanges.accessLog(), model));
            } catch (InferenceException refused) {
                exchange.refuse(refused.error());
            }
        }
    }

    /** HTTP/2 has no upgrade that could be named, and no header for it. */
    private static void refuseOther(HttpServerRequest request, Exchange exchange) {
        String place = "this is a WebSocket endpoint: it takes a handshake of version " + VERSION + " in HTTP/1.1";
        if (request.version() == HttpVersion.HTTP_2) {
            exchange.error(426, place + ", and this came over HTTP/2");
            return;
        }
        request.response()
                .putHeader(HttpHeaders.UPGRADE, "websocket")
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE)
                .putHeader(WS_VERSION, VERSION);
        exchange.error(
                426,
                place + ", which is GET with Upgrade: websocket, Connection: Upgrade and Sec-WebSocket-Version: "
                        + VERSION);
    }

    private static boolean asksForWebSocket(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_1_1
                && has(request, HttpHeaders.UPGRADE, "websocket")
                && has(request, HttpHeaders.CONNECTION, "upgrade")
                && request.headers().getAll(WS_VERSION).equals(List.of(VERSION));
    }

    private static boolean has(HttpServerRequest request, CharSequence header, String word) {
        return request.headers().getAll(header).stream()
                .flatMap(value -> List.of(value.toLowerCase(Locale.ROOT).split(",", -1)).stream())
                .anyMatch(each -> each.strip().equals(word));
    }

    private static boolean isComplete(HttpServerRequest request) {
        List<String> keys = request.headers().getAll(WS_KEY);
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return keys.size() == 1 && isKey(keys.getFirst().strip()) && (length == null || length.equals("0"));
    }

    private static boolean isKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private boolean mayOpen(HttpServerRequest request) {
        List<String> said = request.headers().getAll(HttpHeaders.ORIGIN);
        return PageOrigin.isOwnOrNone(request)
                || origins.contains(ANY_ORIGIN)
                || (said.size() == 1 && origins.contains(said.getFirst()));
    }
}
