package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.StubServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Serves a model m as far as load tests ask, and leaves predictions to the test.
 *
 * @thread as its server
 */
final class StubGateway implements AutoCloseable {

    private static final String METADATA =
            "{\"name\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]}";
    private static final String INDEX =
            "[{\"name\":\"m\",\"version\":\"1\",\"state\":\"READY\"},{\"name\":\"n\",\"state\":\"UNAVAILABLE\"}]";

    private final AtomicInteger predictions = new AtomicInteger();
    private final StubServer server;

    StubGateway(Consumer<HttpServerRequest> infer) {
        this.server = new StubServer(request -> {
            switch (String.valueOf(request.path())) {
                case "/v2/models/m" -> request.response().end(METADATA);
                case "/v2/models/strange" -> request.response().end("{\"welcome\":1}");
                case "/v2/repository/index" -> request.response().end(INDEX);
                case "/v2/models/m/infer" -> {
                    predictions.incrementAndGet();
                    infer.accept(request);
                }
                default -> request.response().setStatusCode(404).end("{\"error\":\"nothing here\"}");
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    int predictions() {
        return predictions.get();
    }

    @Override
    public void close() {
        server.close();
    }
}
