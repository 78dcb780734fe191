package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.worker.contract.Ticker;
import io.vertx.ext.web.RoutingContext;

/**
 * The exchanges of one front loop, and what they have in common.
 *
 * @thread confined to one front loop
 */
final class Exchanges {

    private static final String KEY = "sluice.exchange";

    private final RequestIds requestIds = new RequestIds();
    private final AccessLog accessLog;
    private final boolean compressResponses;
    private final AdmissionControl admission;
    private final Ticker ticker;

    Exchanges(HttpOptions options, AdmissionControl admission, Ticker ticker) {
        this.accessLog = new AccessLog(options.accessLog(), ticker);
        this.compressResponses = options.compressResponses();
        this.admission = admission;
        this.ticker = ticker;
    }

    /** The exchange of that request, begun when it is first asked for. */
    Exchange of(RoutingContext context) {
        Exchange known = context.get(KEY);
        if (known != null) {
            return known;
        }
        Exchange begun = new Exchange(context.request(), requestIds.of(context.request()), ticker.nanos(), this);
        context.put(KEY, begun);
        return begun;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    boolean compressesResponses() {
        return compressResponses;
    }

    boolean isDraining() {
        return admission.isDraining();
    }
}
