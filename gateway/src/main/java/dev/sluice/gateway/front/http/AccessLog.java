package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

    /**
     * A call that came as a request of HTTP has been answered.
     *
     * @param grpcStatus the name of its status; null where that of HTTP says it
     */
    public void answered(
            String requestId, long startNanos, HttpServerRequest request, long bodyBytes, @Nullable String grpcStatus) {
        if (enabled) {
            String path = String.valueOf(request.path());
            Asked asked = new Asked(
                    request.remoteAddress().hostAddress(), request.method().name(), path);
            Given given = new Given(request.response().getStatusCode(), bodyBytes, grpcStatus);
            answered(requestId, startNanos, asked, given);
        }
    }

    /**
     * What a line says of the question.
     *
     * @param remote address of the other end of the connection
     * @param method as HTTP has it, or what took its place
     */
    public record Asked(String remote, String method, String path) {}

    /**
     * What it says of the answer.
     *
     * @param grpcStatus null where there is none
     */
    public record Given(int status, long bytes, @Nullable String grpcStatus) {

        public Given(int status, long bytes) {
            this(status, bytes, null);
        }
    }

    /** The same for what is no request of HTTP. */
    public void answered(String requestId, long startNanos, Asked asked, Given given) {
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
                .number(given.status())
                .raw(",\"response_bytes\":")
                .number(given.bytes())
                .raw(",\"duration_us\":")
                .number(micros);
        if (given.grpcStatus() != null) {
            line.raw(",\"grpc_status\":").string(given.grpcStatus());
        }
        line.raw('}');
        LOG.info("{}", new String(line.array(), 0, line.length(), StandardCharsets.UTF_8));
    }
}
