package dev.sluice.gateway.config;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds among the configured origins those that no browser could ever send, and that would so let nobody in.
 *
 * <p>By a pattern, because {@code java.net.URI} knows no host with a {@code _}, and browsers do.
 *
 * @thread stateless
 * @source RFC 6454, section 6.2: how an origin is written; URL standard, host parsing: no name ends in a number
 */
final class CorsOrigins {

    private static final String ANY = "*";
    private static final String NAME = "(?:[a-z0-9_-]+\\.)*[0-9]*[a-z_-][a-z0-9_-]*\\.?";
    private static final String IPV4 = "(?:[0-9]{1,3}\\.){3}[0-9]{1,3}";
    private static final String IPV6 = "\\[[0-9a-f:]+]";
    private static final Pattern ORIGIN = Pattern.compile("(?<scheme>[a-z][a-z0-9+.-]*)://(?:" + NAME + "|" + IPV4 + "|"
            + IPV6 + ")(?::(?<port>0|[1-9][0-9]{0,4}))?");
    private static final Map<String, Integer> USUAL_PORTS = Map.of("http", 80, "https", 443);
    private static final int NO_PORT = -1;
    private static final int MAX_PORT = 65535;

    private CorsOrigins() {}

    /** What is wrong with it, if anything is. */
    static Optional<String> problem(String origin) {
        return origin.equals(ANY) || isOrigin(origin)
                ? Optional.empty()
                : Optional.of("is no origin (got " + origin
                        + "; expected * or scheme://host[:port] as a browser sends it: in lower case, without a slash at"
                        + " the end, without the port that the scheme has anyway)");
    }

    private static boolean isOrigin(String text) {
        Matcher origin = ORIGIN.matcher(text);
        if (!origin.matches()) {
            return false;
        }
        int port = origin.group("port") == null ? NO_PORT : Integer.parseInt(origin.group("port"));
        return port <= MAX_PORT && port != USUAL_PORTS.getOrDefault(origin.group("scheme"), MAX_PORT + 1);
    }
}
