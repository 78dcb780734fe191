package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which content types an inference body may claim to have.
 *
 * <p>The protocol has no forms and no plain text, but {@code curl -d} calls everything a form and a browser's
 * {@code fetch} calls a string plain text, so both are read as the JSON that they are.
 *
 * @thread stateless
 */
final class MediaTypes {

    private static final String PLAIN_TEXT = "text/plain";
    private static final Set<String> TAKEN = Set.of(
            "application/json",
            "text/json",
            PLAIN_TEXT,
            "application/x-www-form-urlencoded",
            "application/octet-stream");

    private MediaTypes() {}

    /**
     * Refuses a body that says it is nothing we read.
     *
     * @throws InferenceException UnsupportedMediaType
     */
    static void requireReadable(HttpServerRequest request) {
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (!isTaken(contentType)) {
            throw new InferenceException(new InferenceError.UnsupportedMediaType(
                    "content-type: expected application/json or application/octet-stream and got "
                            + InferenceException.shortened(String.valueOf(contentType))));
        }
    }

    /** Whether that one of those that are taken says that it is JSON. */
    static boolean isJson(@Nullable String contentType) {
        String normal = contentType == null ? "" : mediaType(contentType);
        return normal.endsWith("/json") || normal.endsWith("+json");
    }

    static boolean isPlainText(@Nullable String contentType) {
        return contentType != null && mediaType(contentType).equals(PLAIN_TEXT);
    }

    static boolean isTaken(@Nullable String contentType) {
        if (contentType == null || contentType.equals("application/json")) {
            return true;
        }
        String normal = mediaType(contentType);
        return TAKEN.contains(normal) || (normal.startsWith("application/") && normal.endsWith("+json"));
    }

    /** Without its parameters. */
    private static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        String mediaType = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return mediaType.strip().toLowerCase(Locale.ROOT);
    }
}
