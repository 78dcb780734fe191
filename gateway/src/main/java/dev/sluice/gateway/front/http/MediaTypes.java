package dev.sluice.gateway.front.http;

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

    private static final Set<String> READ_AS_JSON =
            Set.of("application/json", "text/json", "text/plain", "application/x-www-form-urlencoded");

    private MediaTypes() {}

    static boolean isJson(@Nullable String contentType) {
        if (contentType == null || contentType.equals("application/json")) {
            return true;
        }
        int parameters = contentType.indexOf(';');
        String mediaType = parameters < 0 ? contentType : contentType.substring(0, parameters);
        String normal = mediaType.strip().toLowerCase(Locale.ROOT);
        return READ_AS_JSON.contains(normal) || (normal.startsWith("application/") && normal.endsWith("+json"));
    }
}
