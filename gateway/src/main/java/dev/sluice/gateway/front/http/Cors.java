package dev.sluice.gateway.front.http;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/**
 * Tells browsers that pages of certain other origins may call this server.
 *
 * <p>It only adds headers and lets every request through: keeping answers from a page is the browser's business. Which paths
 * there are and what methods they take is left to the routes.
 *
 * @thread stateless
 * @source Fetch standard, CORS protocol
 */
final class Cors implements Handler<RoutingContext> {

    private static final String ANY = "*";
    private static final String EXPOSED =
            "content-encoding, inference-header-content-length, ratelimit, ratelimit-policy, retry-after, "
                    + "server-timing, age, sluice-cache, sluice-fallback, " + RequestIds.HEADER;
    private static final String TAKEN =
            "accept, authorization, cache-control, content-encoding, content-type, inference-header-content-length, "
                    + "sluice-priority, sluice-routing-key, sluice-timeout-ms, sluice-timing, traceparent, tracestate, "
                    + "x-api-key, "
                    + RequestIds.HEADER;
    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> origins;
    private final boolean anyOrigin;

    Cors(List<String> origins) {
        this.origins = Set.copyOf(origins);
        this.anyOrigin = this.origins.contains(ANY);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        MultiMap headers = context.response().headers();
        if (!anyOrigin) {
            headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && (anyOrigin || origins.contains(origin))) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, anyOrigin ? ANY : origin);
            if (isPreflight(request)) {
                headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, TAKEN);
                headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
            } else {
                headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            }
        }
        context.next();
    }

    /** Also says which methods a path has, which only its route knows. */
    static void allow(RoutingContext context, String methods) {
        MultiMap headers = context.response().headers().set(HttpHeaders.ALLOW, methods);
        if (headers.contains(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN) && isPreflight(context.request())) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
    }

    private static boolean isPreflight(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }
}
