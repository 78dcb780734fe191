package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;

/**
 * The form that a body takes on the wire.
 *
 * @source RFC 9110, section 8.4.1; x-gzip is an old name that it asks to be understood
 */
public enum ContentCoding {
    IDENTITY,
    GZIP,
    DEFLATE;

    /** What we read, as the header {@code accept-encoding} of an answer says it. */
    static final String READ = "gzip, deflate";

    /** The name in headers. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The coding of that request's body. A refusal's answer gets the header that says what we read.
     *
     * @throws InferenceException UnsupportedMediaType when there are several, or one that we do not read
     */
    static ContentCoding ofBody(HttpServerRequest request) {
        List<String> headers = request.headers().getAll(HttpHeaders.CONTENT_ENCODING);
        if (headers.isEmpty()) {
            return IDENTITY;
        }
        String named = String.join(", ", headers).strip();
        return switch (named.toLowerCase(Locale.ROOT)) {
            case "", "identity" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "deflate" -> DEFLATE;
            default -> throw unsupported(request, named);
        };
    }

    private static InferenceException unsupported(HttpServerRequest request, String named) {
        request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, READ);
        return new InferenceException(new InferenceError.UnsupportedMediaType("content-encoding: expected one of "
                + READ + ", got " + InferenceException.quoted(named) + "; send the body in one of them or as it is"));
    }
}
