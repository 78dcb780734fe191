package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.Settings;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often the socket of an HTTP/2 connection is written to: a call to the kernel costs more than most of an answer. */
class Http2WritesIT {

    private static final long PATIENCE_SECONDS = 60;
    private static final int STREAMS = 10;

    private final Vertx vertx = Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .withTransport(FrontTransport.create(
                    new Connections(Settings.of(HttpOptions.class).load(), System::nanoTime)))
            .build();
    private final Vertx clients = Vertx.vertx();
    private final CountDownLatch begun = new CountDownLatch(STREAMS);
    private final List<HttpServerRequest> later = new ArrayList<>();
    private final Writes writes = new Writes();
    private int port;

    @BeforeEach
    void open() throws Exception {
        port = await(vertx.createHttpServer()
                        .connectionHandler(connection -> FrontConnection.speaks(connection, 100))
                        .requestHandler(this::serve)
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        await(clients.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** What comes for {@code /all} answers all that came before, in one turn of the loop. */
    private void serve(HttpServerRequest request) {
        FrontConnection.begun(request);
        switch (Objects.requireNonNull(request.path())) {
            case "/later" -> {
                if (later.isEmpty()) {
                    FrontConnection.of(request).channel().pipeline().addFirst(writes);
                }
                later.add(request);
                begun.countDown();
            }
            case "/all" -> {
                writes.count.set(0);
                later.forEach(Http2WritesIT::answer);
                answer(request);
            }
            default -> answer(request);
        }
    }

    /** As gRPC does: a head, a body, and what comes behind it. */
    private static void answer(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().putTrailer("grpc-status", "0");
        }
        FrontConnection.send(request, Buffer.buffer("an answer"));
    }

    private static Future<Buffer> get(HttpClient client, String path) {
        return client.request(HttpMethod.GET, path)
                .compose(HttpClientRequest::send)
                .compose(HttpClientResponse::body);
    }

    private HttpClient client(HttpVersion version, boolean upgrade) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(upgrade)
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(port);
        return clients.createHttpClient(options, new PoolOptions().setHttp2MaxSize(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAnswersOfOneTurnLeaveInOneWrite(boolean upgrade) throws Exception {
        HttpClient client = client(HttpVersion.HTTP_2, upgrade);
        assertEquals("an answer", await(get(client, "/first")).toString());
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            answers.add(get(client, "/later"));
        }
        assertTrue(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        await(get(client(HttpVersion.HTTP_1_1, false), "/all"));
        for (Future<Buffer> answer : answers) {
            assertEquals("an answer", await(answer).toString());
        }
        assertEquals(1, writes.count.get());
    }

    /** Counts how often something is written to the socket; the clients' answers come behind what it counts. */
    private static final class Writes extends ChannelOutboundHandlerAdapter {

        private final AtomicInteger count = new AtomicInteger();
        private boolean written;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            written = true;
            super.write(context, message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            if (written) {
                written = false;
                count.incrementAndGet();
            }
            context.flush();
        }
    }
}
