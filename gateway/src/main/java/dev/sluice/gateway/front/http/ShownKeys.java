package dev.sluice.gateway.front.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a request shows for keys: {@code Authorization: Bearer KEY}, {@code X-API-Key: KEY}, and among the subprotocols of
 * a WebSocket {@code sluice.key.KEY}, for there a browser can set no other header. An authorization of another scheme is
 * somebody else's, a proxy's for instance.
 *
 * @thread stateless
 * @source RFC 6750, section 2.1
 */
public final class ShownKeys {

    private static final CharSequence API_KEY = HttpHeaders.createOptimized("X-API-Key");
    private static final CharSequence SUBPROTOCOLS = HttpHeaders.createOptimized("Sec-WebSocket-Protocol");
    private static final String BEARER = "Bearer ";
    private static final String SUBPROTOCOL = "sluice.key.";

    private ShownKeys() {}

    /** All of them, each once. */
    public static Set<String> of(HttpServerRequest request) {
        Set<String> shown = new LinkedHashSet<>();
        for (String said : request.headers().getAll(HttpHeaders.AUTHORIZATION)) {
            if (said.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                shown.add(said.substring(BEARER.length()).strip());
            }
        }
        shown.addAll(request.headers().getAll(API_KEY));
        for (String offered : request.headers().getAll(SUBPROTOCOLS)) {
            for (String each : offered.split(",", -1)) {
                if (each.strip().startsWith(SUBPROTOCOL)) {
                    shown.add(each.strip().substring(SUBPROTOCOL.length()));
                }
            }
        }
        return shown;
    }
}
