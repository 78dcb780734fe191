package dev.sluice.gateway.front.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names requests: with the client's {@code x-request-id} where it is fit for a log line, otherwise with one of ours.
 *
 * @thread confined to one front loop
 * @bound at most {@value #MAX_LENGTH} characters
 */
public final class RequestIds {

    /** The header that names a request, and its answer. */
    public static final String HEADER = "x-request-id";

    private static final int MAX_LENGTH = 128;

    /** Makes the ids of this loop differ from those of every other loop and process. */
    private final String prefix =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + "-";

    private long made;

    /** The name of that request. */
    public String of(HttpServerRequest request) {
        String given = request.getHeader(HEADER);
        return given != null && isFit(given) ? given : prefix + Long.toHexString(++made);
    }

    /** Visible ASCII only: nothing that could forge a line or a field of a log. */
    private static boolean isFit(String id) {
        return !id.isEmpty()
                && id.length() <= MAX_LENGTH
                && id.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"' && c != '\\');
    }
}
