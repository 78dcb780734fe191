package dev.sluice.gateway.front.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose page it is that a browser sends a request for.
 *
 * <p>By host and port only: behind a proxy nobody knows here whether the page was loaded by https.
 *
 * @thread stateless
 * @source RFC 6454
 */
public final class PageOrigin {

    private PageOrigin() {}

    /** Whether it is a page of this very server; or none, and so no browser that asks. */
    public static boolean isOwnOrNone(HttpServerRequest request) {
        List<String> said = request.headers().getAll(HttpHeaders.ORIGIN);
        return said.isEmpty() || (said.size() == 1 && isOwn(said.getFirst(), request.authority()));
    }

    private static boolean isOwn(String origin, @Nullable HostAndPort server) {
        return origin.substring(origin.indexOf("://") + 1).equalsIgnoreCase("//" + server);
    }
}
