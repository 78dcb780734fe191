package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.Ticker;
import io.vertx.core.http.HttpServerRequest;

/**
 * Begins the exchanges of one front loop.
 *
 * @thread confined to one front loop
 */
final class Exchanges {

    private final RequestIds requestIds = new RequestIds();
    private final AccessLog accessLog;
    private final Ticker ticker;

    Exchanges(boolean logAccess, Ticker ticker) {
        this.accessLog = new AccessLog(logAccess, ticker);
        this.ticker = ticker;
    }

    Exchange begin(HttpServerRequest request) {
        return new Exchange(request, requestIds.of(request), ticker.nanos(), accessLog);
    }
}
