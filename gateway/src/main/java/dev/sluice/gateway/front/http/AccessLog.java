package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON line for each answer, on the logger {@code sluice.access}; nothing at all unless switched on.
 *
 * @thread confined to one front loop
 * @units durations in microseconds, sizes in bytes
 */
public final class AccessLog {

    private static final Logger LOG = LoggerFactory.getLogger("sluice.access");

    private final boolean enabled;
    private final Ticker ticker;

    AccessLog(boolean enabled, Ticker ticker) {
        this.enabled = enabled;
        this.ticker = ticker;
    }

    void answered(Exchange exchange, HttpServerRequest request, int bodyBytes) {
        if (enabled) {
            String path = String.valueOf(request.path());
            Asked asked = new Asked(
                    request.remoteAddress().hostAddress(), request.method().name(), path);
            int status = request.response().getStatusCode();
            answered(exchange.requestId(), exchange.startNanos(), asked, status, bodyBytes);
        }
    }

    /**
     * What a line says of the question.
     *
     * @param remote address of the other end of the connection
     * @param method as HTTP has it, or what took its place
     */
    public record Asked(String remote, String method, String path) {}

    /** The same for what is no exchange of HTTP. */
    public void answered(String requestId, long startNanos, Asked asked, int status, int bytes) {
        if (!enabled) {
            return;
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(ticker.nanos() - startNanos);
        JsonOutput line = new JsonOutput(256)
                .raw("{\"time\":")
                .string(Instant.now().toString())
                .raw(",\"request_id\":")
                .string(requestId)
                .raw(",\"remote\":")
                .string(asked.remote())
                .raw(",\"method\":")
                .string(asked.method())
                .raw(",\"path\":")
                .string(asked.path())
                .raw(",\"status\":")
                .number(status)
                .raw(",\"response_bytes\":")
                .number(bytes)
                .raw(",\"duration_us\":")
                .number(micros)
                .raw('}');
        LOG.info("{}", new String(line.array(), 0, line.length(), StandardCharsets.UTF_8));
    }
}
