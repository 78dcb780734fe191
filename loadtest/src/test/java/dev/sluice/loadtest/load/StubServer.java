package dev.sluice.loadtest.load;

import static dev.sluice.loadtest.wire.StreamMessages.SUBPROTOCOL;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real server on a free port that does to each request what the test says.
 *
 * @thread made on any; requests come on one event loop of its own
 */
public final class StubServer implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    /** @param handler gets requests whose body has been read */
    public StubServer(Consumer<HttpServerRequest> handler) {
        this(handler, null);
    }

    /** @param streams gets each connection that has been upgraded; without it none is */
    public StubServer(Consumer<HttpServerRequest> handler, @Nullable Consumer<ServerWebSocket> streams) {
        this.server = vertx.createHttpServer(new HttpServerOptions().setWebSocketSubProtocols(List.of(SUBPROTOCOL)))
                .requestHandler(request -> request.body().onSuccess(body -> handler.accept(request)))
                .webSocketHandler(streams == null ? null : streams::accept)
                .listen(0, "127.0.0.1")
                .await();
    }

    /** @param handler gets each connection that has been upgraded */
    static StubServer ofStreams(Consumer<ServerWebSocket> handler) {
        return new StubServer(request -> request.response().setStatusCode(404).end(), handler);
    }

    public int port() {
        return server.actualPort();
    }

    public Vertx vertx() {
        return vertx;
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
