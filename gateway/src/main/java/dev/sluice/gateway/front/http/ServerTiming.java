package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceResponse.Timing;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/**
 * Tells a client that asks for it where the time of its request went, in the header that browsers show as a chart.
 *
 * @thread stateless
 * @units milliseconds, as the header has them
 * @source W3C Server Timing
 */
public final class ServerTiming {

    static final CharSequence HEADER = HttpHeaders.createOptimized("Server-Timing");

    /** A request that has this header, whatever it says, is told. */
    static final CharSequence ASKED_BY = HttpHeaders.createOptimized("Sluice-Timing");

    private static final double NANOS_PER_MILLI = 1e6;

    private ServerTiming() {}

    /** Puts it with the head of the answer, if that is wanted. */
    public static void tell(HttpServerRequest request, Timing timing) {
        tell(request, timing, 0);
    }

    /** @param decodeNanos that a picture or texts took; 0 where there were none */
    static void tell(HttpServerRequest request, Timing timing, long decodeNanos) {
        if (request.headers().contains(ASKED_BY)) {
            String decode = decodeNanos == 0
                    ? ""
                    : String.format(Locale.ROOT, "decode;dur=%.3f, ", decodeNanos / NANOS_PER_MILLI);
            request.response().putHeader(HEADER, decode + text(timing));
        }
    }

    private static String text(Timing timing) {
        return String.format(
                Locale.ROOT,
                "queue;dur=%.3f, batch;dur=%.3f;desc=\"%d rows\", infer;dur=%.3f",
                timing.queueNanos() / NANOS_PER_MILLI,
                timing.gatherNanos() / NANOS_PER_MILLI,
                timing.batchRows(),
                timing.runNanos() / NANOS_PER_MILLI);
    }
}
