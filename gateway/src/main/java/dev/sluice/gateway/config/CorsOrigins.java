package dev.sluice.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds among the configured origins those that no browser could ever send, and that would so let nobody in.
 *
 * @thread stateless
 * @source RFC 6454, section 6.2: how an origin is written
 */
final class CorsOrigins {

    private static final String ANY = "*";
    private static final Map<String, Integer> USUAL_PORTS = Map.of("http", 80, "https", 443);
    private static final int MAX_PORT = 65535;

    private CorsOrigins() {}

    /** A line for each that is wrong. */
    static List<String> problems(List<String> origins) {
        return origins.stream()
                .filter(origin -> !isOrigin(origin))
                .map(origin -> "http.cors_origins: is no origin (got " + origin
                        + "; expected * or scheme://host[:port] as a browser sends it: in lower case, without a slash at"
                        + " the end, without the port that the scheme has anyway)")
                .toList();
    }

    private static boolean isOrigin(String text) {
        if (text.equals(ANY)) {
            return true;
        }
        try {
            URI uri = new URI(text);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            return uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getPort() <= MAX_PORT
                    && uri.getPort() != USUAL_PORTS.getOrDefault(uri.getScheme(), MAX_PORT + 1)
                    && text.equals(uri.getScheme() + "://" + uri.getHost() + port)
                    && text.equals(text.toLowerCase(Locale.ROOT));
        } catch (URISyntaxException malformed) {
            return false;
        }
    }
}
