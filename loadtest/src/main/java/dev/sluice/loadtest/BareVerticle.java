package dev.sluice.loadtest;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.IntConsumer;

/**
 * The bare server of one front loop; all of them listen on the same port.
 *
 * @thread one front loop
 */
final class BareVerticle extends VerticleBase {

    /** As the gateway has it: a body that fits one read comes in one piece. */
    private static final int MAX_CHUNK_BYTES = 256 << 10;

    /** To Vert.x, 0 would be another free port for each loop, a negative number the same one for all. */
    private static final int ANY_FREE_PORT = -1;

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    private final int port;
    private final Buffer answer;
    private final CharSequence answerBytes;
    private final IntConsumer listening;

    BareVerticle(int port, Buffer answer, IntConsumer listening) {
        this.port = port;
        this.answer = answer;
        this.answerBytes = HttpHeaders.createOptimized(Integer.toString(answer.length()));
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(port == 0 ? ANY_FREE_PORT : port)
                .setTcpNoDelay(true)
                .setMaxChunkSize(MAX_CHUNK_BYTES);
        return vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .listen()
                .onSuccess(open -> listening.accept(open.actualPort()));
    }

    private void answer(HttpServerRequest request) {
        request.body()
                .onSuccess(body -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                        .putHeader(HttpHeaders.CONTENT_LENGTH, answerBytes)
                        .end(answer));
    }
}
