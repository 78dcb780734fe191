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

    /** Whether there is any use in saying something. */
    public boolean isOn() {
        return enabled;
    }

    /**
     * What a line says of the question.
     *
     * @param client as quotas and fair shares name it
     * @param remote address of the other end of the connection
     * @param method as HTTP has it, or what took its place
     */
    public record Asked(String client, String remote, String method, String path) {

        /** That request of HTTP. */
        public static Asked of(HttpServerRequest request, String client) {
            String remote = request.remoteAddress().hostAddress();
            return new Asked(client, remote, request.method().name(), String.valueOf(request.path()));
        }
    }

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

    /** A call has been answered, or the handshake of a stream. */
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
                .raw(",\"client\":")
                .string(asked.client())
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
