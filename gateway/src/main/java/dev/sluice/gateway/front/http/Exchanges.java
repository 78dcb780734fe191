package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
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
        this.clientNames = parts.access().isPresent() // a header could claim the name of a key
                ? new ClientNames(Optional.empty(), List.of())
                : new ClientNames(parts.admitOptions().clientHeaderName(), options.trustedProxies());
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
        Exchange begun = of(context.request());
        context.put(KEY, begun);
        return begun;
    }

    private Exchange of(HttpServerRequest request) {
        return new Exchange(request, requestIds.of(request), FrontConnection.arrivalNanos(request), this);
    }

    /** Refuses a request that is for none of our routes, with a body as theirs have it. */
    public void refuse(HttpServerRequest request, Bodies bodies, int status, String message) {
        BodyReader.discard(request, bodies);
        of(request).error(status, message);
    }

    /** Refuses a request that has come so far, for something that no error of ours says. */
    public void refuse(RoutingContext context, Bodies bodies, int status, String message) {
        BodyReader.discard(context.request(), bodies);
        of(context).error(status, message);
    }

    /** One that is for none of our routes, with one of our errors. */
    public void refuse(HttpServerRequest request, Bodies bodies, InferenceError error) {
        BodyReader.discard(request, bodies);
        of(request).refuse(error);
    }

    /** Answers one with its headers alone, and no body of that type. */
    public void headersAlone(HttpServerRequest request, Bodies bodies, String contentType) {
        BodyReader.discard(request, bodies);
        of(request).empty(contentType);
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

    /** Puts what that client has left of its quotas among those headers, if it is held to any. */
    public void tellStanding(String client, MultiMap headers) {
        admission.rates().standing(client).ifPresent(standing -> RateLimitFields.put(headers, standing));
    }

    public boolean isDraining() {
        return admission.isDraining();
    }
}
