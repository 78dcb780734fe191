package dev.sluice.loadtest.load;

import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a server said, whatever the protocol.
 *
 * @param status as HTTP has it
 * @param retryAfterMillis when to come back; below 0 if it did not say
 */
record Reply(int status, long retryAfterMillis) {

    private static final long UNSAID = -1;
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int ERROR = 500;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    /** Seconds, as Sluice and most write Retry-After; dates count as none to wait for. */
    static Reply http(HttpClientResponse response) {
        String retryAfter = response.getHeader("retry-after");
        return new Reply(response.statusCode(), retryAfter == null ? UNSAID : 1000 * Math.max(0, number(retryAfter)));
    }

    /** The status is behind the message, or among the headers where there is none. */
    static Reply grpc(HttpClientResponse response) {
        String status = response.getTrailer("grpc-status");
        boolean behind = status != null;
        String pushback =
                behind ? response.getTrailer("grpc-retry-pushback-ms") : response.getHeader("grpc-retry-pushback-ms");
        return new Reply(
                ofGrpc(behind ? status : response.getHeader("grpc-status")),
                pushback == null ? UNSAID : number(pushback));
    }

    private static int ofGrpc(@Nullable String status) {
        return switch (String.valueOf(status)) {
            case "0" -> OK;
            case "4" -> GATEWAY_TIMEOUT;
            case "8" -> TOO_MANY_REQUESTS;
            case "14" -> UNAVAILABLE;
            default -> ERROR;
        };
    }

    /** The JSON of a message on a stream. */
    static Reply message(JsonObject json) {
        JsonObject error = json.getJsonObject("error");
        return error == null
                ? new Reply(OK, UNSAID)
                : new Reply(error.getInteger("status", ERROR), error.getLong("retry_after_ms", UNSAID));
    }

    private static long number(String text) {
        return text.matches("\\d{1,6}") ? Long.parseLong(text) : UNSAID;
    }

    boolean saysWhenToComeBack() {
        return retryAfterMillis >= 0;
    }
}
