package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that is none: {@code error} for clients of the protocol, and problem details besides for a
 * client that asks for them.
 *
 * @thread stateless
 * @source RFC 9457; draft-ietf-httpapi-ratelimit-headers-11, section 5: the types of problems
 */
public final class Refusal {

    static final CharSequence PROBLEM_JSON = HttpHeaders.createOptimized("application/problem+json");

    private static final String QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    /** Messages quote what clients send, and that has no end. */
    private static final int MAX_MESSAGE = 1000;

    private Refusal() {}

    /** Whether the client reads problem details; a star does not say so. */
    static boolean isProblemWanted(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(PROBLEM_JSON);
    }

    static JsonOutput plain(String message) {
        return error(message).raw('}');
    }

    /** @param policy the name of the quota that was used up; null where it was none */
    static JsonOutput problem(int status, String message, @Nullable String policy) {
        JsonOutput body = error(message)
                .raw(",\"title\":")
                .string(HttpResponseStatus.valueOf(status).reasonPhrase())
                .raw(",\"status\":")
                .number(status)
                .raw(",\"detail\":")
                .string(shown(message));
        if (policy != null) {
            body.raw(",\"type\":").string(QUOTA_EXCEEDED);
            body.raw(",\"violated-policies\":[").string(policy).raw(']');
        }
        return body.raw('}');
    }

    /** All bytes of the answer to a request of HTTP/1.1 whose head did not come, which has no response to write to. */
    static ByteBuf lateHead() {
        JsonOutput body = plain("the head of the request did not come whole in time");
        String head = "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length() + "\r\nconnection: close\r\n\r\n";
        return Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII),
                Unpooled.wrappedBuffer(body.array(), 0, body.length()));
    }

    private static JsonOutput error(String message) {
        return new JsonOutput(64 + Math.min(message.length(), MAX_MESSAGE))
                .raw("{\"error\":")
                .string(shown(message));
    }

    /** A message of ours, cut where what it quotes makes it too long. */
    public static String shown(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...";
    }
}
