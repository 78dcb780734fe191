package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.RateLimits;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.SplittableRandom;

/**
 * The exchanges of one front loop, and what they have in common.
 *
 * @thread confined to one front loop
 */
public final class Exchanges {

    private static final String KEY = "sluice.exchange";

    private final RequestIds requestIds = new RequestIds();
    private final AccessLog accessLog;
    private final boolean compressResponses;
    private final ClientNames clientNames;
    private final RetryAfter retryAfter = new RetryAfter(new SplittableRandom());
    private final AdmissionControl admission;
    private final JsonOptions jsonOptions;
    private final Ticker ticker;

    public Exchanges(HttpOptions options, FrontParts parts) {
        this.accessLog = new AccessLog(options.accessLog(), parts.ticker());
        this.compressResponses = options.compressResponses();
        this.clientNames = new ClientNames(parts.admitOptions().clientHeaderName(), options.trustedProxies());
        this.admission = parts.admission();
        this.jsonOptions = parts.jsonOptions();
        this.ticker = parts.ticker();
    }

    /** The exchange of that request, begun when it is first asked for. */
    public Exchange of(RoutingContext context) {
        Exchange known = context.get(KEY);
        if (known != null) {
            return known;
        }
        HttpServerRequest request = context.request();
        long startNanos = FrontConnection.arrivalNanos(request);
        Exchange begun = new Exchange(request, requestIds.of(request), startNanos, this);
        context.put(KEY, begun);
        return begun;
    }

    Ticker ticker() {
        return ticker;
    }

    public RequestIds requestIds() {
        return requestIds;
    }

    public AccessLog accessLog() {
        return accessLog;
    }

    public boolean compressesResponses() {
        return compressResponses;
    }

    public ClientNames clientNames() {
        return clientNames;
    }

    public RetryAfter retryAfter() {
        return retryAfter;
    }

    JsonOptions jsonOptions() {
        return jsonOptions;
    }

    RateLimits rates() {
        return admission.rates();
    }

    public boolean isDraining() {
        return admission.isDraining();
    }
}
