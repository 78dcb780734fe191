package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.StubServer;
import dev.sluice.loadtest.wire.StreamMessages;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

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

    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile int streamBytes;
    private volatile int unsentBytes;
    private volatile @Nullable IntUnaryOperator longTurns;
    private volatile Consumer<HttpServerRequest> pictures =
            request -> request.response().setStatusCode(404).end();
    private final AtomicInteger predictions = new AtomicInteger();
    private final StubServer server;

    /** Streams are answered with outputs. */
    StubGateway(Consumer<HttpServerRequest> infer) {
        this(infer, "\"outputs\":[]");
    }

    /** @param answer what the answers on streams say besides their ids */
    StubGateway(Consumer<HttpServerRequest> infer, String answer) {
        Consumer<HttpServerRequest> requests = request -> {
            switch (String.valueOf(request.path())) {
                case "/v2/models/m" -> request.response().end(METADATA);
                case "/v2/models/strange" -> request.response().end("{\"welcome\":1}");
                case "/v2/repository/index" -> request.response().end(INDEX);
                case "/metrics" -> request.response().end(metrics());
                case "/inference.GRPCInferenceService/ModelInfer" ->
                    request.response().putTrailer("grpc-status", "0").end("message");
                case "/v2/models/m/infer" -> {
                    predictions.incrementAndGet();
                    infer.accept(request);
                }
                case "/models/m/predict" -> pictures.accept(request);
                default -> request.response().setStatusCode(404).end("{\"error\":\"nothing here\"}");
            }
        };
        this.server = new StubServer(requests, socket -> stream(socket, answer));
    }

    private void stream(ServerWebSocket socket, String answer) {
        streams.incrementAndGet();
        socket.textMessageHandler(text -> socket.writeTextMessage(answer(new JsonObject(text), answer)));
        socket.binaryMessageHandler(message -> socket.writeTextMessage(answer(StreamMessages.json(message), answer)));
        socket.writeTextMessage("{\"hello\":{\"window\":{\"messages\":4}}}");
    }

    private static String answer(JsonObject request, String rest) {
        return "{\"id\":\"" + request.getString("id") + "\"," + rest + "}";
    }

    /** A second of CPU time for each look, and as much memory as the test wants for each stream. */
    private String metrics() {
        return """
            process_cpu_time_ns_total %d
            jvm_memory_used_bytes{area="heap",id="Old"} %d
            sluice_unsent_bytes %d
            sluice_loop_lag_seconds 0.05
            %s
            sluice_batch_rows_count{model="m",version="1"} %d
            sluice_batch_rows_sum{model="m",version="1"} %d
            """.formatted(
                        1_000_000_000L * looks.incrementAndGet(),
                        streamBytes * streams.get(),
                        unsentBytes,
                        longTurns == null ? "" : "sluice_long_loop_turns_total " + longTurns.applyAsInt(looks.get()),
                        looks.get(),
                        8 * looks.get());
    }

    /** What each stream takes of the heap, by the metrics. */
    StubGateway streamBytes(int bytes) {
        streamBytes = bytes;
        return this;
    }

    /** What clients leave untaken, by the metrics. */
    StubGateway unsentBytes(int bytes) {
        unsentBytes = bytes;
        return this;
    }

    /** How pictures are answered; nothing else than predictions is. */
    StubGateway pictures(Consumer<HttpServerRequest> answers) {
        pictures = answers;
        return this;
    }

    /** Turns of loops that were long, by the metrics, for the number of the look at them. */
    StubGateway longTurns(IntUnaryOperator ofLook) {
        longTurns = ofLook;
        return this;
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
