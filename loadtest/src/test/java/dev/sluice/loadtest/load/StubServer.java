package dev.sluice.loadtest.load;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

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
        this.server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> handler.accept(request)))
                .listen(0, "127.0.0.1")
                .await();
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
