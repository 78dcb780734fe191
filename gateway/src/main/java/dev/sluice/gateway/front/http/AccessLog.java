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
final class AccessLog {

    private static final Logger LOG = LoggerFactory.getLogger("sluice.access");

    private final boolean enabled;
    private final Ticker ticker;

    AccessLog(boolean enabled, Ticker ticker) {
        this.enabled = enabled;
        this.ticker = ticker;
    }

    void answered(Exchange exchange, HttpServerRequest request, int bodyBytes) {
        if (!enabled) {
            return;
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(ticker.nanos() - exchange.startNanos());
        JsonOutput line = new JsonOutput(256)
                .raw("{\"time\":")
                .string(Instant.now().toString())
                .raw(",\"request_id\":")
                .string(exchange.requestId())
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
                .number(micros)
                .raw('}');
        LOG.info("{}", new String(line.array(), 0, line.length(), StandardCharsets.UTF_8));
    }
}
