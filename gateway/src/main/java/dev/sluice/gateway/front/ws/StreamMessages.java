package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.http.Refusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages that only streams have.
 *
 * @thread stateless
 */
final class StreamMessages {

    /** The version of what docs/streaming.md says. */
    static final String SUBPROTOCOL = "sluice.v2.stream.1";

    private static final int HELLO_BYTES = 512;
    private static final int ERROR_BYTES = 256;

    private StreamMessages() {}

    /** What the client may count on; the first message of each connection. */
    static JsonOutput hello(WebSocketOptions options, String version, String requestId, boolean inOrder) {
        return new JsonOutput(HELLO_BYTES)
                .raw("{\"hello\":{\"protocol\":")
                .string(SUBPROTOCOL)
                .raw(",\"server\":\"sluice\",\"version\":")
                .string(version)
                .raw(",\"request_id\":")
                .string(requestId)
                .raw(",\"order\":")
                .string(inOrder ? "request" : "ready")
                .raw(",\"window\":{\"messages\":")
                .number(options.windowMessages())
                .raw(",\"bytes\":")
                .number(options.windowSize())
                .raw("},\"max_message_bytes\":")
                .number(options.maxMessageSize())
                .raw(",\"ping_interval_ms\":")
                .number(options.pingInterval().toMillis())
                .raw(",\"idle_timeout_ms\":")
                .number(options.idleTimeout().toMillis())
                .raw("}}");
    }

    /**
     * The answer to a request that gets no other.
     *
     * @param id null when the request has none, or none that could be read
     * @param retryMillis empty when trying again is no use
     */
    static JsonOutput error(@Nullable String id, InferenceError error, String requestId, OptionalLong retryMillis) {
        JsonOutput out = new JsonOutput(ERROR_BYTES).raw("{\"id\":");
        out = id == null ? out.raw("null") : out.string(id);
        out.raw(",\"error\":{\"code\":")
                .string(StatusMapping.outcome(error))
                .raw(",\"status\":")
                .number(StatusMapping.httpStatus(error))
                .raw(",\"message\":")
                .string(Refusal.shown(error.message()))
                .raw(",\"request_id\":")
                .string(requestId);
        if (retryMillis.isPresent()) {
            out.raw(",\"retry_after_ms\":").number(retryMillis.getAsLong());
        }
        if (error instanceof InferenceError.Throttled throttled) {
            out.raw(",\"policy\":").string(throttled.policy());
        }
        return out.raw("}}");
    }
}
