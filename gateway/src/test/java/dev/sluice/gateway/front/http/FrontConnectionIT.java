package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When a connection stands in line: real sockets on one front loop, whose clock stands still but for what a request says
 * that it takes. While such a request holds the loop up, others send what is read in the next turn.
 */
class FrontConnectionIT {

    private static final long PATIENCE_SECONDS = 60;
    private static final long LONG_NANOS = 25_000_000;
    private static final int WINDOW = 10;
    private static final String BODY = "x".repeat(10 * WINDOW);

    private final AtomicLong now = new AtomicLong();
    private final Connections connections =
            new Connections(Settings.of(HttpOptions.class).load(), now::get);
    private final FrontLoops loops = connections.loops();
    private final Semaphore reached = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);
    private final Queue<HttpServerRequest> later = new ConcurrentLinkedQueue<>();
    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final Vertx clients = Vertx.vertx();
    private final List<Socket> sockets = new ArrayList<>();
    private Vertx vertx;
    private int port;

    @BeforeEach
    void open() throws Exception {
        vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(1))
                .withTransport(FrontTransport.create(connections))
                .build();
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .connectionHandler(connection -> FrontConnection.speaks(connection, 100))
                .requestHandler(request -> {
                    FrontConnection.begun(request);
                    FrontConnection.inTurn(request, this::serve);
                });
        port = await(server.listen(0)).actualPort();
    }

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        await(clients.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void await(Semaphore semaphore) {
        try {
            assertTrue(semaphore.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "it never came");
            Thread.onSpinWait();
        }
    }

    /** What a request asks for is its path. */
    private void serve(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/long" -> {
                now.addAndGet(LONG_NANOS);
                reached.release();
                await(released);
                answer(request);
            }
            case "/later" -> {
                FrontConnection.infers(request);
                request.response().closeHandler(gone -> events.add("gone"));
                later.add(request);
            }
            case "/answer" -> {
                later.forEach(this::answer);
                events.add("answered");
                answer(request);
            }
            case "/end" -> {
                FrontConnection.infers(request);
                request.response().endHandler(over -> FrontConnection.endBeforeTheRest(request));
                answer(request);
            }
            default -> {
                FrontConnection.infers(request);
                events.add("served");
                answer(request);
            }
        }
    }

    private void answer(HttpServerRequest request) {
        FrontConnection.send(request, Buffer.buffer(BODY));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        return socket;
    }

    private static void get(Socket socket, String path) throws IOException {
        send(socket, "GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void readAnswer(Socket socket) throws IOException {
        StringBuilder read = new StringBuilder();
        while (!read.toString().endsWith(BODY)) {
            int next = socket.getInputStream().read();
            assertTrue(next >= 0, "the connection ended behind " + read);
            read.append((char) next);
        }
    }

    private HttpClient http2(int window) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(window))
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(port);
        return clients.createHttpClient(options, new PoolOptions().setHttp2MaxSize(1));
    }

    /** On a connection that is there already, or is made and known to be HTTP/2. */
    private static HttpClientRequest ask(HttpClient client, String path) throws Exception {
        HttpClientRequest request = await(client.request(HttpMethod.GET, path));
        await(request.end());
        return request;
    }

    /** The answer to a request, on a connection that is there from then on. */
    private static Buffer get(HttpClient client) throws Exception {
        HttpClientRequest request = await(client.request(HttpMethod.GET, "/"));
        Future<Buffer> body = request.response().compose(HttpClientResponse::body);
        await(request.end());
        return await(body);
    }

    /** Sends something while the loop is held up, so that it is read in the next turn, the loop being behind. */
    private void inLaggingTurn(Sending sending) throws Exception {
        Socket slow = connect();
        get(slow, "/long");
        await(reached);
        sending.send();
        released.release();
        readAnswer(slow);
    }

    @Test
    void whatIsSentOnALaggingLoopIsAnsweredAndThenStandsInLine() throws Exception {
        Socket socket = connect();
        inLaggingTurn(() -> get(socket, "/"));
        readAnswer(socket);
        await(() -> loops.pauses() == 1 && loops.pausedConnections() == 0);
        get(socket, "/");
        readAnswer(socket);
    }

    /** It has been read, and would begin with the end of the answer before. */
    @Test
    void aPipelinedRequestStandsInLineToo() throws Exception {
        Socket pipelining = connect();
        String head = " HTTP/1.1\r\nhost: x\r\n\r\n";
        send(pipelining, "GET /later" + head + "GET /" + head);
        await(() -> !later.isEmpty());
        Socket other = connect();
        inLaggingTurn(() -> get(other, "/answer"));
        readAnswer(pipelining);
        readAnswer(pipelining);
        assertEquals(List.of("answered", "served"), List.copyOf(events));
        assertEquals(1, loops.pauses());
    }

    @Test
    void aCancelledStreamDoesNotExemptItsConnection() throws Exception {
        HttpClient client = http2(1 << 16);
        HttpClientRequest cancelled = ask(client, "/later");
        await(() -> !later.isEmpty());
        await(cancelled.reset(8));
        await(() -> events.contains("gone"));
        inLaggingTurn(() -> ask(client, "/"));
        await(() -> loops.pauses() == 1);
    }

    /** Not read any more, its client could not say that it has room for the rest. */
    @Test
    void nobodyIsPausedBeforeItsAnswerHasLeft() throws Exception {
        HttpClient client = http2(WINDOW);
        assertEquals(BODY, get(client).toString());
        List<HttpClientRequest> asked = new ArrayList<>();
        inLaggingTurn(() -> {
            HttpClientRequest request = await(client.request(HttpMethod.GET, "/"));
            request.response().onSuccess(HttpClientResponse::pause);
            await(request.end());
            asked.add(request);
        });
        HttpClientResponse response = await(asked.getFirst().response());
        assertEquals(0, loops.pauses());
        Future<Buffer> body = response.body();
        response.resume();
        assertEquals(BODY, await(body).toString());
    }

    /** All of them are open at once, and nothing was idle in between. */
    @Test
    void eachStreamCountsInTheStayOfItsConnection() throws Exception {
        HttpClient client = http2(1 << 16);
        get(client);
        inLaggingTurn(() -> ask(client, "/"));
        await(() -> loops.pauses() == 1 && loops.pausedConnections() == 0);
        for (int i = 0; i < ReadingLine.LONGEST_STAY; i++) {
            ask(client, "/later");
        }
        await(() -> later.size() == ReadingLine.LONGEST_STAY);
        Socket other = connect();
        inLaggingTurn(() -> get(other, "/answer"));
        await(() -> loops.pauses() == 2);
    }

    /** What its client still sends has to be read, or the client would lose the answer. */
    @Test
    void aConnectionThatEndsDoesNotStandInLine() throws Exception {
        Socket ending = connect();
        inLaggingTurn(() -> send(ending, "POST /end HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nx"));
        readAnswer(ending);
        assertEquals(-1, ending.getInputStream().read());
        assertEquals(0, loops.pauses());
    }

    @Test
    void theTurnThatRunsCountsInTheLag() throws Exception {
        inLaggingTurn(() -> assertEquals(LONG_NANOS, loops.lagNanos()));
    }

    /** The clock stands still but for the turns that lag. */
    @Test
    void eachLongTurnIsCounted() throws Exception {
        Socket client = connect();
        get(client, "/answer");
        assertEquals(0, loops.longTurns());
        for (int turns = 1; turns <= 2; turns++) {
            inLaggingTurn(() -> {});
            long counted = turns;
            await(() -> loops.longTurns() == counted);
        }
    }

    /**
     * What a client does while the loop is held up.
     */
    @FunctionalInterface
    private interface Sending {

        void send() throws Exception;
    }
}
