package dev.sluice.gateway.front.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * {@code GET /draw}: a page that streams a digit while it is drawn; the reference for clients of streams in browsers.
 *
 * <p>It is one file that fetches nothing from elsewhere. Its script and its style may run because the policy has their
 * hashes, which are taken from the file itself: whatever else gets into the page does not run.
 *
 * @thread confined to one front loop; the page is read once for all
 * @source Content Security Policy 3; RFC 9110, section 13.1.2
 */
final class DrawPage {

    /** Whose answers the page shows. */
    static final String MODEL = "digits";

    private static final String PAGE = BundledFile.text("draw.html");
    private static final String TAG = '"' + digest(PAGE) + '"';
    private static final String POLICY = "default-src 'none'; script-src " + hashOf("script") + "; style-src "
            + hashOf("style") + "; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";

    private final Exchanges exchanges;

    DrawPage(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    /** Browsers keep it, and ask each time whether it is still the same: a new server may have a new page. */
    void show(RoutingContext context) {
        MultiMap headers = context.response().headers();
        headers.set(HttpHeaders.ETAG, TAG).set(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (has(context.request().headers())) {
            exchanges.of(context).unchanged();
            return;
        }
        headers.set("content-security-policy", POLICY);
        headers.set("referrer-policy", "no-referrer");
        headers.set("x-content-type-options", "nosniff");
        exchanges.of(context).text("text/html", PAGE);
    }

    private static boolean has(MultiMap request) {
        return request.getAll(HttpHeaders.IF_NONE_MATCH).stream()
                .flatMap(tags -> Arrays.stream(tags.split(",", -1)))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(TAG) || tag.equals("W/" + TAG));
    }

    private static String hashOf(String element) {
        int from = PAGE.indexOf('>', PAGE.indexOf('<' + element)) + 1;
        return "'sha256-" + digest(PAGE.substring(from, PAGE.indexOf("</" + element + '>', from))) + '\'';
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
