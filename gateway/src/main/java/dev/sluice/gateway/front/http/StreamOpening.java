package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks to go on in WebSocket, and what its head says for all that follows.
 *
 * @thread confined to the front loop of its connection
 */
public final class StreamOpening {

    private final HttpServerRequest request;
    private final Exchange exchange;
    private final AccessLog accessLog;
    private final StreamTerms terms;
    private final ContextInternal loop;

    /**
     * @param model that the path names; null where each message names its own
     * @throws InferenceException when a header that is ours cannot be read
     */
    StreamOpening(HttpServerRequest request, Exchange exchange, AccessLog accessLog, @Nullable RequestedModel model) {
        this.request = request;
        this.exchange = exchange;
        this.accessLog = accessLog;
        this.loop = ContextInternal.current();
        this.terms = new StreamTerms(
                exchange.requestId(),
                exchange.client(),
                exchange.keyHolder(),
                model,
                RequestHeads.priority(request),
                RequestHeads.timeoutNanos(request));
    }

    public HttpServerRequest request() {
        return request;
    }

    public StreamTerms terms() {
        return terms;
    }

    public AccessLog accessLog() {
        return accessLog;
    }

    /** What its lines in the access log have in common. */
    public AccessLog.Asked asked() {
        String remote = request.remoteAddress().hostAddress();
        return new AccessLog.Asked(terms.client(), remote, "WEBSOCKET", String.valueOf(request.path()));
    }

    /** What everything on this connection is to run on. */
    public ContextInternal loop() {
        return loop;
    }

    public FrontConnection connection() {
        return FrontConnection.of(request);
    }

    /** Answers in HTTP; the connection stays what it is. */
    public void refuse(int status, String message) {
        exchange.error(status, message);
    }

    /** Says 101; from then on the connection speaks WebSocket. */
    public Future<?> accept() {
        request.response().putHeader(RequestIds.HEADER, terms.requestId());
        return request.toWebSocket();
    }
}
