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
     * A call has been answered.
     *
     * @param grpcStatus the name of its status; null where that of HTTP says it
     */
    public void answered(
            String requestId, long startNanos, HttpServerRequest request, long bodyBytes, @Nullable String grpcStatus) {
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
                .string(request.remoteAddress().hostAddress())
                .raw(",\"method\":")
                .string(request.method().name())
                .raw(",\"path\":")
                .string(String.valueOf(request.path()))
                .raw(",\"status\":")
                .number(request.response().getStatusCode())
                .raw(",\"response_bytes\":")
                .number(bodyBytes)
                .raw(",\"duration_us\":")
                .number(micros);
        if (grpcStatus != null) {
            line.raw(",\"grpc_status\":").string(grpcStatus);
        }
        line.raw('}');
        LOG.info("{}", new String(line.array(), 0, line.length(), StandardCharsets.UTF_8));
    }
}
