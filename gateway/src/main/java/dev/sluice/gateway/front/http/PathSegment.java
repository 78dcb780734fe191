package dev.sluice.gateway.front.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * One segment of a URL's path.
 *
 * @thread stateless
 */
final class PathSegment {

    private PathSegment() {}

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
